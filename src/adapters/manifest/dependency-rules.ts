/** Whether the processes that a pinned version needs are pinned beside it, in range, and not in a circle. */

import { satisfies } from "semver";
import type { Finding } from "../../domain/finding.ts";
import type { EnvironmentName, ProcessId, Version } from "../../domain/names.ts";
import { asWarning, finding, type FindingCode, type Place } from "./document/findings.ts";
import type { Pin } from "./environment/pins-file.ts";
import { versionFile, type VersionRecord } from "./process/process-record.ts";
import type { Steps } from "../../domain/slices.ts";

type GoodVersion = Extract<VersionRecord, { kind: "good" }>;

/** The pins of an environment as a graph: who needs whom. */
export interface PinGraph {
  readonly environment: EnvironmentName;
  readonly pins: ReadonlyMap<ProcessId, Pin>;
  /** The content of a pinned process, or null when it is not pinned or not whole. */
  content(process: ProcessId): GoodVersion | null;
}

/** Findings by process for the processes named and for whoever is in a circle with them. */
export function* dependencyFindings(graph: PinGraph, processes: Iterable<ProcessId>): Steps<ReadonlyMap<ProcessId, readonly Finding[]>> {
  const findings = new Map<ProcessId, readonly Finding[]>();
  const add = (process: ProcessId, more: readonly Finding[]): void => {
    if (more.length > 0) findings.set(process, [...(findings.get(process) ?? []), ...more]);
  };
  const starts = [...processes].filter((process) => needsAny(graph, process));
  const inRange = rememberedRanges();
  for (const [index, process] of starts.entries()) {
    if (index % processesAtOnce === 0) yield;
    add(process, rangeFindings(graph, process, inRange));
  }
  yield;
  for (const circle of circles(graph, starts)) {
    for (const process of circle) {
      add(process, [circleFinding(graph, process, circle)]);
      yield;
    }
  }
  return findings;
}

/** Processes looked at without a pause. */
const processesAtOnce = 200;
/** Processes of a circle that a message names. */
const maxWay = 12;

function needsAny(graph: PinGraph, process: ProcessId): boolean {
  return (graph.content(process)?.summary.dependencies.length ?? 0) > 0;
}

type InRange = (version: Version, range: string) => boolean;

/** Many processes ask the same of the same versions. */
function rememberedRanges(): InRange {
  const known = new Map<string, boolean>();
  return (version, range) => {
    const key = `${version} ${range}`;
    const answer = known.get(key) ?? satisfies(version, range, { includePrerelease: true });
    known.set(key, answer);
    return answer;
  };
}

/** The pinned processes that a process needs. */
function neighbours(graph: PinGraph, process: ProcessId): readonly ProcessId[] {
  const needed = graph.content(process)?.summary.dependencies ?? [];
  return needed.filter(({ type, name }) => type === "workflow" && graph.pins.has(name)).map(({ name }) => name);
}

function rangeFindings(graph: PinGraph, process: ProcessId, inRange: InRange): readonly Finding[] {
  const content = graph.content(process);
  if (content === null) return [];
  return content.summary.dependencies.flatMap((dependency, index) => {
    const { type, name, version: range, required } = dependency;
    if (type !== "workflow") return [];
    const pin = graph.pins.get(name);
    if (pin === undefined ? !required : inRange(pin.version, range)) return [];
    const say = (code: FindingCode, message: string): Finding => finding(placeOf(content, index), code, message);
    if (pin === undefined)
      return [say("dependency/not-pinned", `${name} ${range} is required, but ${name} is not pinned in ${graph.environment}`)];
    const found = say(
      "dependency/out-of-range",
      `${name} ${range} is needed, but ${graph.environment} pins ${pin.version} (${pin.file}:${pin.line})`,
    );
    return [required ? found : asWarning(found)];
  });
}

function placeOf(content: GoodVersion, index: number): Place {
  const [line, column] = content.dependencyPlaces[index] ?? [1, 1];
  const { process, version } = content.summary;
  return { file: versionFile(process, version), line, column, pointer: `/dependencies/${index}` };
}

function circleFinding(graph: PinGraph, process: ProcessId, circle: ReadonlySet<ProcessId>): Finding {
  const content = graph.content(process);
  const index = content?.summary.dependencies.findIndex(({ type, name }) => type === "workflow" && circle.has(name)) ?? 0;
  const way = wayRound(graph, process, circle).join(" → ");
  if (content === null) throw new Error(`a process in a circle has no content: ${process}`);
  return finding(placeOf(content, index), "dependency/cycle", `these need each other in ${graph.environment}: ${way}`);
}

/** From a process along its first neighbours in the circle until one comes again, or it is enough to see the point. */
function wayRound(graph: PinGraph, start: ProcessId, circle: ReadonlySet<ProcessId>): readonly ProcessId[] {
  const way = [start];
  for (let at = start; way.length <= circle.size;) {
    const next = neighbours(graph, at).find((name) => circle.has(name)) ?? start;
    if (way.length >= maxWay) return [...way, `… (${circle.size} processes in all)`];
    way.push(next);
    if (way.indexOf(next) < way.length - 1) break;
    at = next;
  }
  return way;
}

/** Strongly connected sets reachable from the starts (Tarjan's algorithm, without recursion). */
function circles(graph: PinGraph, starts: readonly ProcessId[]): readonly ReadonlySet<ProcessId>[] {
  const search = new CircleSearch(graph);
  for (const start of starts) search.from(start);
  return search.found;
}

interface Visit {
  readonly process: ProcessId;
  readonly next: readonly ProcessId[];
  at: number;
  /** The earliest process on the path that is reachable from here. */
  low: number;
  readonly order: number;
}

class CircleSearch {
  readonly found: ReadonlySet<ProcessId>[] = [];
  readonly #graph: PinGraph;
  readonly #order = new Map<ProcessId, number>();
  /** Entered and not yet in a set that is closed, in order. */
  readonly #stack: ProcessId[] = [];
  readonly #open = new Set<ProcessId>();

  constructor(graph: PinGraph) {
    this.#graph = graph;
  }

  from(start: ProcessId): void {
    if (this.#order.has(start)) return;
    const path = [this.#enter(start)];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.next[top.at];
      if (next === undefined) this.#leave(path);
      else this.#follow(path, top, next);
    }
  }

  #enter(process: ProcessId): Visit {
    const order = this.#order.size;
    this.#order.set(process, order);
    this.#stack.push(process);
    this.#open.add(process);
    return { process, next: neighbours(this.#graph, process), at: 0, low: order, order };
  }

  #follow(path: Visit[], top: Visit, next: ProcessId): void {
    top.at += 1;
    const order = this.#order.get(next);
    if (order === undefined && !needsAny(this.#graph, next)) return;
    if (order === undefined) path.push(this.#enter(next));
    else if (this.#open.has(next)) top.low = Math.min(top.low, order);
  }

  #leave(path: Visit[]): void {
    const done = path.pop();
    if (done === undefined) return;
    const parent = path.at(-1);
    if (parent !== undefined) parent.low = Math.min(parent.low, done.low);
    if (done.low === done.order) this.#close(done);
  }

  /** Everything opened since is one strongly connected set. */
  #close(root: Visit): void {
    const members: ProcessId[] = [];
    for (let member = this.#stack.pop(); member !== undefined; member = member === root.process ? undefined : this.#stack.pop()) {
      members.push(member);
      this.#open.delete(member);
    }
    if (members.length > 1 || root.next.includes(root.process)) this.found.push(new Set(members));
  }
}
