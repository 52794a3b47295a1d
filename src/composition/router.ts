/** The router that pinion.yaml asks for, of whatever kind. */

import { routerAdapters } from "../adapters/routers/registry.ts";
import { PinionError } from "../domain/errors.ts";
import type { EndedProcess, OpenRouter, RouterAdapter, RouterParts } from "../ports/router-adapter.ts";
import { pinionCommand } from "./package.ts";

/** `adapters`: every kind that there is. @throws `router/unreachable`, `secret/missing`, `config/invalid`. */
export async function openRouter(
  parts: Omit<RouterParts, "command">,
  adapters: readonly RouterAdapter[] = routerAdapters,
): Promise<OpenRouter> {
  const { kind } = parts.config.router;
  const adapter = adapters.find((each) => each.kind === kind);
  if (!adapter) throw new PinionError("config/invalid", `the kind of router "${kind}" is unknown`);
  return adapter.open({ ...parts, command: pinionCommand() });
}

/** Of every kind: pinion.yaml may have named another one before. */
export async function endRouters(
  stateDirectory: string,
  adapters: readonly RouterAdapter[] = routerAdapters,
): Promise<readonly EndedProcess[]> {
  return (await Promise.all(adapters.map((adapter) => adapter.endLeftOvers(stateDirectory)))).flat();
}
