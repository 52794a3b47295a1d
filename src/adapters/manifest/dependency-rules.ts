/** Whether the processes that a pinned version needs are pinned beside it, in range, and not in a circle. */

import { findCircles, isInRange } from "../../domain/desired/dependency-graph.ts";
import type { Finding } from "../../domain/finding.ts";
import type { EnvironmentName, ProcessId, Version } from "../../domain/names.ts";
import { asWarning, finding, type FindingCode, type Place } from "./document/findings.ts";
import type { Pin } from "./environment/pins-file.ts";
import { versionFile, type VersionRecord } from "./process/process-record.ts";
import type { Slices } from "../../domain/slices.ts";

type GoodVersion = Extract<VersionRecord, { kind: "good" }>;

/** The pins of an environment as a graph: who needs whom. */
export interface PinGraph {
  readonly environment: EnvironmentName;
  readonly pins: ReadonlyMap<ProcessId, Pin>;
  /** The content of a pinned process, or null when it is not pinned or not whole. */
  content(process: ProcessId): GoodVersion | null;
}

/** Findings by process, for the processes named and for those in a circle with them. */
export function* dependencyFindings(graph: PinGraph, processes: Iterable<ProcessId>): Slices<ReadonlyMap<ProcessId, readonly Finding[]>> {
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
  for (const circle of findCircles(starts, (process) => neighbours(graph, process))) {
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
    const answer = known.get(key) ?? isInRange(version, range);
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
