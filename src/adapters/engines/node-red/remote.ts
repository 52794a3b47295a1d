/** A Node-RED that somebody else runs, reached by URL and token. With Pinion's plugin in it, it does all that an embedded one does. */

import { instanceIds } from "../../../domain/config/instances.ts";
import type { FlowsPermit } from "../../../domain/config/permits.ts";
import type { Engine } from "../../../ports/engine.ts";
import { type AdminToken, createNodeRedClient } from "./client.ts";
import type { Owner } from "./ownership.ts";
import { createNodeRedEngine } from "./engine.ts";
import pLimit, { type LimitFunction } from "p-limit";
import { createFlowsReader } from "./flows-reader.ts";
import type { Host } from "./host.ts";

export interface RemoteNodeRedOptions {
  /** Base of the admin API: what comes before `/flows`. */
  readonly url: string;
  /** Base of the HTTP nodes, where it is not the admin API's (`httpNodeRoot`). */
  readonly publicUrl?: string;
  /** Null: its admin API asks for none. */
  readonly token: AdminToken;
  /** Whose the tabs are that this engine looks after: others may deploy there too. */
  readonly owner?: Owner;
  /** Shared by all who deploy to this address from here. */
  readonly queue?: LimitFunction;
  /** What flows may contain; null: whatever Node-RED knows. */
  readonly allow?: FlowsPermit | null;
  /** How long one answer may take; default 30 s. */
  readonly timeoutMs?: number;
  /** What our checks are known by; left out: they count as traffic. */
  readonly checkMark?: string;
}

/** Nothing is asked before the engine is used. */
export function connectRemoteNodeRed(options: RemoteNodeRedOptions): { readonly engine: Engine } {
  const adminUrl = withoutSlash(options.url);
  const url = withoutSlash(options.publicUrl ?? options.url);
  const owner = options.owner ?? null;
  const { token, timeoutMs = 30_000, checkMark } = options;
  const client = createNodeRedClient({ adminUrl, token, timeoutMs, ...(checkMark !== undefined && { checkMark }) });
  const host: Host = {
    id: instanceIds({ mode: "remote", url: adminUrl }).join(),
    url,
    state: "ready",
    why: "",
    client,
    owner,
    queue: options.queue ?? pLimit(1),
    reader: createFlowsReader(owner),
  };
  return { engine: createNodeRedEngine({ hosts: () => [host], allow: options.allow ?? null, owner }) };
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}
