/** A Node-RED admin API in memory, with the habits of the real one that hurt: stale revisions, flows that do not start, sudden deaths. */

import type { NodeRedClient, RuntimeState } from "../../../../src/adapters/engines/node-red/client.ts";
import type { FlowNode } from "../../../../src/adapters/engines/node-red/flow-nodes.ts";
import { type Host, createFlowsReader, createQueue } from "../../../../src/adapters/engines/node-red/host.ts";
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
  /** Runs once, between an adapter's reading and its writing. */
  meanwhile: (() => void) | null;
}

/** A flow with a node of type `stuck` does not start; one of type `bomb` kills the process, which comes back with its former flows. */
export function fakeNodeRed(id: string, armings: string[] = []): FakeNodeRed {
  let [rev, started, failed] = [1, 1, 0];
  let running: readonly FlowNode[] = [];
  let deathsLeft = 0;
  const reach = (): void => {
    if (fake.down) throw new PinionError("engine/unreachable", `${id} is down`);
    if (deathsLeft-- > 0) throw new PinionError("engine/unreachable", `${id} died`);
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
        [fake.flows, deathsLeft, started] = [before, 2, 1];
      } else if (wish.nodes.some((node) => node.type === "stuck")) failed += 1;
      else {
        started += 1;
        running = wish.nodes;
      }
      return String(rev);
    },
    nodeTypes: async () =>
      new Set(["http in", "http response", "function", "catch", "switch", "change", "comment", "inject", "stuck", "bomb", "deaf"]),
    starts: async () => {
      reach();
      return { started, failed, why: failed > 0 ? "stuck" : "" };
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
    return { started, failed, why: "", rev: String(rev), tabs: new Map(tabs) };
  };
  const fake: FakeNodeRed = {
    host: { id, url: `http://${id}.test`, state: "ready", why: "", client, queue: createQueue(), reader: createFlowsReader() },
    flows: [],
    deploys: 0,
    armings,
    armed: new Set(),
    down: false,
    meanwhile: null,
  };
  return fake;
}
