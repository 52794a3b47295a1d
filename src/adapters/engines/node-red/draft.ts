/** Opens an instance's flows for a change: only the tabs that it is about where Pinion's plugin can read and change single ones, else all of them. */

import type { FlowNode } from "./flow-nodes.ts";
import type { Host } from "./host.ts";
import type { SeenTab } from "./seen-tab.ts";
import { ownerOf, splice } from "./tabs.ts";

/** The tabs that a change is about, of the owner's that are there; they need not be there. */
export type About = (present: ReadonlyMap<string, SeenTab>) => ReadonlySet<string>;

/** Tabs to take out, and nodes to put in. */
export interface Edit {
  readonly gone: ReadonlySet<string>;
  readonly added: readonly FlowNode[];
}

/** Flows as they were read, and the ways to change them. */
export interface Draft {
  /** At least those of the tabs that it is about. */
  readonly nodes: readonly FlowNode[];
  /** The new revision; null when somebody else was faster, and nothing was changed. @throws `engine/unreachable`. */
  write(edit: Edit): Promise<string | null>;
  /** Makes an edit undone that led to `rev`, unless somebody has deployed since. @throws `engine/unreachable`. */
  takeBack(edit: Edit, rev: string): Promise<void>;
}

/** Null: somebody was deploying just then. @throws `engine/unreachable`. */
export async function openDraft(host: Host, about: About): Promise<Draft | null> {
  if (host.reader.canSplice() === false) return wholeDraft(host);
  const seen = await host.reader.look(host.client, new Set());
  if (!seen.canSplice) return wholeDraft(host);
  return partialDraft(host, about(seen.tabs), seen.rev);
}

async function wholeDraft({ client }: Host): Promise<Draft> {
  const { nodes, rev } = await client.flows();
  return {
    nodes,
    write: ({ gone, added }) => client.deploy({ rev, nodes: splice(nodes, gone, added) }),
    takeBack: async (_edit, now) => void (await client.deploy({ nodes, rev: now })),
  };
}

async function partialDraft({ client }: Host, tabs: ReadonlySet<string>, rev: string): Promise<Draft | null> {
  const found = await client.nodesOf([...tabs]);
  if (found?.rev !== rev) return null;
  const { nodes } = found;
  return {
    nodes,
    write: ({ gone, added }) => client.splice({ rev, gone, added }),
    takeBack: async ({ gone, added }, now) => {
      const former = nodes.filter((node) => gone.has(ownerOf(node)));
      await client.splice({ rev: now, gone: new Set(added.map(ownerOf)), added: former });
    },
  };
}
