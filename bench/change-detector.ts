/** Detecting changes of large definitions, through the library's door, beside the generic JSON differs that could do the same. */

import { compare as fastJsonPatch } from "fast-json-patch/index.mjs";
import microdiff from "microdiff";
import { detectChanges, type WorkflowDefinition } from "../src/index.ts";
import type { BenchResult } from "./result.ts";

const size = 10_000;
const rounds = 41;
const warmUpRounds = 5;

type Node = WorkflowDefinition["nodes"][number];

/** Medians of runs taken in turns; each differ gets the same pair, which shares nothing. */
export async function changeDetectorBench(): Promise<readonly BenchResult[]> {
  const inPlace = [definition(), withEdits(definition())] as const;
  const moved = [definition(), withAdditionsAndRemovals(withEdits(definition()))] as const;
  return [
    ...compare("ChangeDetector, 10,000 nodes, 1 % edited", inPlace, "< 1"),
    ...compare("ChangeDetector, the same, and nodes added and removed", moved, ""),
  ];
}

function compare(name: string, [from, to]: readonly [WorkflowDefinition, WorkflowDefinition], budget: string): BenchResult[] {
  const [ours = 0, patch = 0, micro = 0] = mediansInTurns([
    () => detectChanges(from, to),
    () => fastJsonPatch(from, to),
    () => microdiff(asRecord(from), asRecord(to)),
  ]);
  const row = (baselineName: string, baseline: number): BenchResult => {
    const ratio = ours / baseline;
    return { name, unit: "ms", ours, baseline, baselineName, ratio, budget, ok: budget === "" || ratio < 1 };
  };
  return [row("fast-json-patch", patch), row("microdiff", micro)];
}

function mediansInTurns(contestants: readonly (() => unknown)[]): number[] {
  const times = contestants.map((): number[] => []);
  for (let round = 0; round < rounds + warmUpRounds; round += 1) {
    for (const [index, contestant] of contestants.entries()) {
      const startedAt = performance.now();
      contestant();
      if (round >= warmUpRounds) times[index]?.push(performance.now() - startedAt);
    }
  }
  return times.map((list) => list.sort((left, right) => left - right)[Math.floor(list.length / 2)] ?? 0);
}

function definition(): WorkflowDefinition {
  const ids = Array.from({ length: size }, (_, index) => `node-${index}`);
  return {
    nodes: ids.map(node),
    connections: ids.slice(1).map((id, index) => ({ from: { node: ids[index] ?? "", port: 0 }, to: { node: id, port: 0 } })),
    config: { region: "eu", limits: { perMinute: 60 } },
  };
}

function node(id: string, index: number): Node {
  return {
    id,
    type: ["function", "switch", "change", "http request"][index % 4] ?? "function",
    title: `Step ${index}`,
    position: { x: (index % 100) * 120, y: Math.floor(index / 100) * 80 },
    config: {
      func: `msg.payload.step = ${index};\nreturn msg;`,
      outputs: 1,
      timeout: 0,
      rules: [{ t: "eq", v: String(index), vt: "str" }, { t: "else" }],
      env: { region: "eu", retries: 3 },
    },
  };
}

/** Every hundredth node is edited, in one of four ways. */
function withEdits(from: WorkflowDefinition): WorkflowDefinition {
  const edits: readonly ((one: Node) => Node)[] = [
    (one) => ({ ...one, config: { ...one.config, func: "return null;" } }),
    (one) => ({ ...one, position: { x: 0, y: 0 } }),
    (one) => ({ ...one, config: { ...one.config, env: { region: "eu", retries: 5 } } }),
    (one) => ({ ...one, title: "Another" }),
  ];
  return { ...from, nodes: from.nodes.map((one, index) => (index % 100 === 0 ? (edits[(index / 100) % 4]?.(one) ?? one) : one)) };
}

/** Ten nodes vanish with their connections and ten come, all over the place: what stays has another index. */
function withAdditionsAndRemovals(from: WorkflowDefinition): WorkflowDefinition {
  const gone = new Set(from.nodes.filter((_, index) => index % 1000 === 500).map((one) => one.id));
  const nodes = from.nodes.flatMap((one, index) => (index % 1000 === 250 ? [one, node(`new-${index}`, index)] : [one]));
  return {
    ...from,
    nodes: nodes.filter((one) => !gone.has(one.id)),
    connections: from.connections.filter((one) => !gone.has(one.from.node) && !gone.has(one.to.node)),
  };
}

function asRecord(value: WorkflowDefinition): Record<string, unknown> {
  return value as unknown as Record<string, unknown>;
}
