/** Follows what Pinion's plugin tells of an instance's tabs, and reads the nodes of those only whose content is not known yet. */

import { PinionError } from "../../../domain/errors.ts";
import { withChanges } from "../../../domain/sharded-map.ts";
import type { TabChanges, TabFacts } from "./answers.ts";
import type { NodeRedClient } from "./client.ts";
import type { FlowNode } from "./flow-nodes.ts";
import { createPauses } from "./flows-text.ts";
import type { Owner } from "./ownership.ts";
import { type Counted, type SeenTab, unlessSame } from "./seen-tab.ts";
import { installedTabs, strangersIn, summarize, type TabSummary } from "./tabs.ts";

/** Tabs whose nodes are read at once. */
const readAtOnce = 1_000;
/** Answers to one question: far more tabs than an instance can hold. */
const mostAnswers = 1_000;

/** What the nodes of a tab say: of ours a summary, of another owner's who that is. */
interface ReadTab {
  readonly content: string;
  readonly summary: TabSummary | null;
  readonly strangers: ReadonlySet<string>;
}

const nobody: ReadonlySet<string> = new Set();

export class ToldTabs {
  readonly #owner: Owner;
  readonly #read = new Map<string, ReadTab>();
  /** What was told and is not in `#seen` yet. */
  readonly #changed = new Set<string>();
  #facts = new Map<string, TabFacts>();
  #mark: string | null = null;
  #seen: ReadonlyMap<string, SeenTab> = new Map();

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  /** Takes in what has changed; null: it does not tell. @throws `engine/unreachable`. */
  async follow(client: NodeRedClient, counted: Counted): Promise<TabChanges | null> {
    const work = counted === null ? null : [...counted];
    for (let left = mostAnswers; left > 0; left -= 1) {
      const answer = await client.changes({ since: this.#mark, work });
      if (answer === null) return null;
      this.#take(answer);
      if (!answer.hasMore) return answer;
    }
    throw new PinionError("engine/unreachable", "Pinion's plugin in Node-RED does not come to the end of its tabs");
  }

  /** The owner's; the same map as long as nothing has changed. @throws `engine/unreachable`. */
  async tabs(client: NodeRedClient): Promise<ReadonlyMap<string, SeenTab>> {
    if (this.#changed.size === 0) return this.#seen;
    await this.#readMissing(client);
    const news = Array.from(this.#changed, (tab) => {
      const seen = seenOf(this.#facts.get(tab), this.#read.get(tab));
      if (!this.#facts.has(tab)) this.#read.delete(tab);
      return [tab, seen ? unlessSame(seen, this.#seen.get(tab)) : undefined] as const;
    });
    this.#changed.clear();
    this.#seen = withChanges(this.#seen, news);
    return this.#seen;
  }

  strangers(): ReadonlySet<string> {
    const found = new Set<string>();
    for (const { strangers } of this.#read.values()) for (const stranger of strangers) found.add(stranger);
    return found;
  }

  #take({ isWhole, tabs, mark }: TabChanges): void {
    if (isWhole) {
      for (const tab of this.#facts.keys()) this.#changed.add(tab);
      this.#facts = new Map();
    }
    for (const fact of tabs) {
      this.#changed.add(fact.tab);
      if (fact.content === null) this.#facts.delete(fact.tab);
      else this.#facts.set(fact.tab, fact);
    }
    this.#mark = mark;
  }

  async #readMissing(client: NodeRedClient): Promise<void> {
    const isUnknown = (tab: string): boolean => this.#facts.has(tab) && this.#read.get(tab)?.content !== this.#facts.get(tab)?.content;
    const unknown = [...this.#changed].filter(isUnknown);
    for (let at = 0; at < unknown.length; at += readAtOnce) await this.#readTabs(client, unknown.slice(at, at + readAtOnce));
  }

  /** In slices. One that is gone meanwhile is told as gone at the next look. */
  async #readTabs(client: NodeRedClient, tabs: readonly string[]): Promise<void> {
    const nodes = (await client.nodesOf(tabs))?.nodes ?? [];
    const own = installedTabs(nodes, this.#owner);
    const pause = createPauses();
    for (const tab of tabs) {
      const installed = own.get(tab);
      const summary = installed === undefined ? null : summarize(installed);
      const content = summary?.content ?? this.#facts.get(tab)?.content ?? "";
      this.#read.set(tab, { content, summary, strangers: summary === null ? strangersIn(ofTab(nodes, tab), this.#owner) : nobody });
      await pause();
    }
  }
}

function seenOf(facts: TabFacts | undefined, read: ReadTab | undefined): SeenTab | null {
  if (!facts || !read?.summary) return null;
  const { missing, armedAt } = facts;
  return { summary: read.summary, running: missing && { missing, armedAt } };
}

function ofTab(nodes: readonly FlowNode[], tab: string): readonly FlowNode[] {
  return nodes.filter(({ id }) => id === tab);
}
