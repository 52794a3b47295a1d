/** What Pinion's plugin for Node-RED is made of, with the types that plain JavaScript lacks. */

import { createRequire } from "node:module";
import type { TabFacts } from "../../../../src/adapters/engines/node-red/answers.ts";
import type { FlowNode } from "../../../../src/adapters/engines/node-red/flow-nodes.ts";

interface ActiveFlows {
  readonly rev: string;
  readonly flows: readonly FlowNode[];
}

interface Told {
  readonly mark: string;
  readonly isWhole: boolean;
  readonly hasMore: boolean;
  readonly tabs: readonly TabFacts[];
}

export interface Log {
  note(all: ReadonlyMap<string, Omit<TabFacts, "tab">>): void;
  since(mark: string | null, most: number): Told;
}

export interface Contents {
  digests(): Promise<{ readonly rev: string; readonly digests: ReadonlyMap<string, string> } | null>;
  read(tabs: readonly string[]): Promise<ActiveFlows | null>;
  splice(wish: { readonly rev: string; readonly gone: readonly string[]; readonly added: readonly FlowNode[] }): Promise<string | null>;
}

interface ContentsParts {
  active(): Promise<ActiveFlows | null>;
  readonly replace: ((flows: ActiveFlows) => Promise<string | null>) | null;
  isMarked(tab: FlowNode): boolean;
}

const load = createRequire(import.meta.url);
const folder = "../../../../src/adapters/engines/node-red/runtime";

export const { TabLog } = load(`${folder}/tab-log.cjs`) as { readonly TabLog: new (life: string, mostGone?: number) => Log };

export const { TabContents, tabOf } = load(`${folder}/tab-contents.cjs`) as {
  readonly TabContents: new (parts: ContentsParts) => Contents;
  readonly tabOf: (node: FlowNode) => string;
};
