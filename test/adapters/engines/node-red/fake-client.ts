/** A Node-RED admin API in memory, with the habits of the real one that hurt: stale revisions, flows that do not start, sudden deaths. */

import pLimit from "p-limit";
import type { RuntimeState } from "../../../../src/adapters/engines/node-red/answers.ts";
import type { NodeRedClient } from "../../../../src/adapters/engines/node-red/client.ts";
import type { FlowNode } from "../../../../src/adapters/engines/node-red/flow-nodes.ts";
import { createFlowsReader } from "../../../../src/adapters/engines/node-red/flows-reader.ts";
import type { Host } from "../../../../src/adapters/engines/node-red/host.ts";
import { readMarker } from "../../../../src/adapters/engines/node-red/marker.ts";
import { PinionError } from "../../../../src/domain/errors.ts";
import { TabContents, TabLog } from "./runtime.ts";

export interface FakeNodeRed {
  readonly host: Host;
  flows: readonly FlowNode[];
  /** Deploys that were accepted. */
  deploys: number;
  /** Every arm call, in order, over all instances that share the list. */
  readonly armings: string[];
  readonly armed: Set<string>;
  down: boolean;
  /** How many questions it leaves without an answer when a deploy kills it, or keeps it busy. */
  awayFor: number;
  /** Whether somebody brings it back when it is away. */
  isKept: boolean;
  /** Runs once, between an adapter's reading and its writing. */
  meanwhile: (() => void) | null;
  /** Nodes that were read from it, and sent to it. */
  readonly moved: { read: number; sent: number };
  /** It is another process from now on, with the same flows. */
  startAnew(): void;
}

/** Which of Pinion's plugins is in it: today's, or one that tells everything at every question. */
export type FakePlugin = "now" | "earlier";

/** In one answer, so that there are several. */
const mostTold = 3;

/** A flow with a node of type `stuck` does not start; one of type `bomb` kills the process, which comes back with its former flows; one of type `slow` keeps it from answering. */
export function fakeNodeRed(id: string, armings: string[] = [], plugin: FakePlugin = "now"): FakeNodeRed {
  let [rev, started, failed, life] = [1, 1, 0, 1];
  let running: readonly FlowNode[] = [];
  let questionsLeft = -1;
  let log = new TabLog("1");
  let known: readonly FlowNode[] = [];
  const reach = (): void => {
    if (fake.down) throw new PinionError("engine/unreachable", `${id} is down`);
    if (questionsLeft >= 0 && questionsLeft-- > 0) throw new PinionError("engine/unreachable", `${id} does not answer`);
  };
  /** Whoever sets other flows has deployed. */
  const revNow = (): string => {
    if (known !== fake.flows) rev += 1;
    known = fake.flows;
    return String(rev);
  };
  const read = (nodes: readonly FlowNode[]) => {
    const found = { nodes, rev: revNow() };
    fake.moved.read += nodes.length;
    fake.meanwhile?.();
    fake.meanwhile = null;
    return found;
  };
  const live = (): void => {
    [started, life] = [1, life + 1];
    log = new TabLog(String(life));
  };
  const run = (nodes: readonly FlowNode[]): void => {
    started += 1;
    running = nodes;
    for (const tab of fake.armed) if (!nodes.some((node) => node.id === tab)) fake.armed.delete(tab);
  };
  const put = (nodes: readonly FlowNode[]): string => {
    fake.deploys += 1;
    const before = fake.flows;
    fake.flows = nodes;
    const has = (type: string): boolean => nodes.some((node) => node.type === type);
    if (has("bomb")) {
      [fake.flows, questionsLeft] = [before, fake.awayFor];
      live();
    } else if (has("slow")) {
      questionsLeft = fake.awayFor;
      run(nodes);
    } else if (has("stuck")) failed += 1;
    else run(nodes);
    return revNow();
  };
  const contents = new TabContents({
    active: async () => ({ rev: revNow(), flows: fake.flows }),
    replace: async ({ flows }) => put(flows),
    isMarked: (tab) => readMarker(tab) !== null,
  });
  const noteAll = async (): Promise<void> => {
    const { tabs } = stateOf();
    const { digests } = (await contents.digests()) ?? { digests: new Map<string, string>() };
    const factsOf = (tab: string, content: string) => {
      const { missing = null, armedAt = null } = tabs.get(tab) ?? {};
      return { content, missing, armedAt };
    };
    log.note(new Map([...digests].map(([tab, content]) => [tab, factsOf(tab, content)])));
  };
  const processIn = (tab: string): string => {
    const node = running.find((each) => each.id === tab);
    return (node && readMarker(node)?.process) ?? "";
  };
  const client: NodeRedClient = {
    changes: async ({ since, work }) => {
      reach();
      if (plugin === "earlier") return null;
      await noteAll();
      const told = log.since(since, mostTold);
      const asked = [...stateOf().tabs].filter(([tab]) => work === null || work.includes(processIn(tab)));
      return { ...starts(), ...told, rev: revNow(), work: new Map(asked), canSplice: true };
    },
    nodesOf: async (tabs) => {
      reach();
      return read((await contents.read(tabs))?.flows ?? []);
    },
    splice: async ({ rev: of, gone, added }) => {
      reach();
      fake.moved.sent += added.length;
      return contents.splice({ rev: of, gone: [...gone], added });
    },
    flows: async () => {
      reach();
      return read(fake.flows);
    },
    deploy: async (wish) => {
      reach();
      if (wish.rev !== revNow()) return null;
      fake.moved.sent += wish.nodes.length;
      return put(wish.nodes);
    },
    nodeTypes: async () =>
      new Set(["http in", "http response", "function", "catch", "switch", "change", "comment", "inject", "stuck", "bomb", "slow", "deaf"]),
    starts: async () => {
      reach();
      return starts();
    },
    state: async () => {
      reach();
      return stateOf();
    },
    arm: async ({ arm, disarm }) => {
      reach();
      for (const tab of disarm) armings.push(`${id} -${tab}`);
      for (const tab of arm) armings.push(`${id} +${tab}`);
      for (const tab of disarm) fake.armed.delete(tab);
      for (const tab of arm) fake.armed.add(tab);
    },
    hasNode: async (node) => running.some((each) => each.id === node),
  };
  const starts = () => ({ life: String(life), started, failed, why: failed > 0 ? "stuck" : "" });
  const stateOf = (): RuntimeState => {
    const tabs = running
      .filter((node) => node.type === "tab")
      .map((tab) => {
        const missing = running.filter((node) => node["z"] === tab.id && node.type === "deaf").map((node) => node.id);
        return [tab.id, { missing, armedAt: fake.armed.has(tab.id) ? 1 : null, inFlight: 0, counts: { finished: 0, errors: 0 } }] as const;
      });
    return { ...starts(), rev: revNow(), tabs: new Map(tabs) };
  };
  const keeper = {
    isReturning: () => fake.isKept && questionsLeft >= 0,
    waitedMs: async () => null,
    installed: () => undefined,
    deaths: () => [],
  };
  const fake: FakeNodeRed = {
    host: { id, url: `http://${id}.test`, state: "ready", why: "", client, queue: pLimit(1), reader: createFlowsReader(), keeper },
    flows: [],
    deploys: 0,
    armings,
    armed: new Set(),
    down: false,
    awayFor: 2,
    isKept: false,
    meanwhile: null,
    moved: { read: 0, sent: 0 },
    startAnew: live,
  };
  return fake;
}
