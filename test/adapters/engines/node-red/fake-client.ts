/** A Node-RED admin API in memory, with the habits of the real one that hurt: stale revisions, flows that do not start, sudden deaths. */

import pLimit from "p-limit";
import type { NodeRedClient, RuntimeState } from "../../../../src/adapters/engines/node-red/client.ts";
import type { FlowNode } from "../../../../src/adapters/engines/node-red/flow-nodes.ts";
import { type Host, createFlowsReader } from "../../../../src/adapters/engines/node-red/host.ts";
import { PinionError } from "../../../../src/domain/errors.ts";

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
}

/** A flow with a node of type `stuck` does not start; one of type `bomb` kills the process, which comes back with its former flows; one of type `slow` keeps it from answering. */
export function fakeNodeRed(id: string, armings: string[] = []): FakeNodeRed {
  let [rev, started, failed, life] = [1, 1, 0, 1];
  let running: readonly FlowNode[] = [];
  let questionsLeft = -1;
  const reach = (): void => {
    if (fake.down) throw new PinionError("engine/unreachable", `${id} is down`);
    if (questionsLeft >= 0 && questionsLeft-- > 0) throw new PinionError("engine/unreachable", `${id} does not answer`);
  };
  const client: NodeRedClient = {
    flows: async () => {
      reach();
      const read = { nodes: fake.flows, rev: String(rev) };
      fake.meanwhile?.();
      if (fake.meanwhile) rev += 1;
      fake.meanwhile = null;
      return read;
    },
    deploy: async (wish) => {
      reach();
      if (wish.rev !== String(rev)) return null;
      fake.deploys += 1;
      rev += 1;
      const before = fake.flows;
      fake.flows = wish.nodes;
      if (wish.nodes.some((node) => node.type === "bomb")) {
        [fake.flows, questionsLeft, started, life] = [before, fake.awayFor, 1, life + 1];
      } else if (wish.nodes.some((node) => node.type === "slow")) {
        questionsLeft = fake.awayFor;
        started += 1;
        running = wish.nodes;
      } else if (wish.nodes.some((node) => node.type === "stuck")) failed += 1;
      else {
        started += 1;
        running = wish.nodes;
      }
      return String(rev);
    },
    nodeTypes: async () =>
      new Set(["http in", "http response", "function", "catch", "switch", "change", "comment", "inject", "stuck", "bomb", "slow", "deaf"]),
    starts: async () => {
      reach();
      return { life: String(life), started, failed, why: failed > 0 ? "stuck" : "" };
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
  const stateOf = (): RuntimeState => {
    const tabs = running
      .filter((node) => node.type === "tab")
      .map((tab) => {
        const missing = running.filter((node) => node["z"] === tab.id && node.type === "deaf").map((node) => node.id);
        return [tab.id, { missing, armedAt: fake.armed.has(tab.id) ? 1 : null, inFlight: 0, counts: { finished: 0, errors: 0 } }] as const;
      });
    return { life: String(life), started, failed, why: "", rev: String(rev), tabs: new Map(tabs) };
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
  };
  return fake;
}
