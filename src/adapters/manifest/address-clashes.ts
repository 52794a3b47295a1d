/** Which pinned processes of an environment would answer the same requests, found from the repository alone. */

import type { EnvironmentSpec } from "../../domain/desired/environment.ts";
import type { Finding } from "../../domain/finding.ts";
import { healthCheckOf } from "../../domain/validation/health.ts";
import type { ProcessId } from "../../domain/names.ts";
import { type Claim, claimsBeside, firstRival, mostWork, type Rival } from "../../domain/paths/claims.ts";
import { traitsOf } from "../../domain/strategies/traits.ts";
import type { PlacedAddress } from "./process/address-rules.ts";
import type { PinGraph } from "./dependency-rules.ts";
import { finding } from "./document/findings.ts";

/**
 * Findings by process, for the processes named and for those that clash with them. They break no pin: what serves an address keeps
 * it, and only a newcomer is refused when it is rolled out. The path of the health check is asked in private, so all may have it.
 */
export function clashFindings(
  graph: PinGraph,
  spec: EnvironmentSpec | null,
  processes: ReadonlySet<ProcessId>,
): ReadonlyMap<ProcessId, readonly Finding[]> {
  const findings = new Map<ProcessId, readonly Finding[]>();
  const budget = { left: mostWork };
  for (const claims of rivalries(graph, spec, processes)) {
    for (const claim of claims) {
      const rival = firstRival(claim, claims, budget);
      if (rival) findings.set(claim.process, [...(findings.get(claim.process) ?? []), clashFinding(graph, claim, rival)]);
    }
  }
  return findings;
}

/** Claims that only their patterns can tell apart, where one of the processes has a part in it. */
function rivalries(
  graph: PinGraph,
  spec: EnvironmentSpec | null,
  processes: ReadonlySet<ProcessId>,
): Iterable<readonly Claim<PlacedAddress>[]> {
  const own = [...processes].flatMap((process) => addressesOf(graph, spec, process));
  const everybody = Array.from(own.length > 0 ? graph.pins.keys() : [], (process) => [process, addressesOf(graph, spec, process)] as const);
  return claimsBeside(own, everybody).values();
}

function addressesOf(graph: PinGraph, spec: EnvironmentSpec | null, process: ProcessId): readonly PlacedAddress[] {
  const addresses = graph.content(process)?.addresses ?? [];
  const shared = addresses.length > 0 ? healthPath(spec, process) : undefined;
  return shared === undefined ? addresses : addresses.filter(({ path }) => path !== shared);
}

function healthPath(spec: EnvironmentSpec | null, process: ProcessId): string | undefined {
  if (spec === null) return undefined;
  return healthCheckOf(spec, process)?.path;
}

/** All paths that may be asked for health, for comparing. */
export function healthPaths(spec: EnvironmentSpec | null): string {
  if (spec === null) return "";
  const own = [spec.strategy, ...spec.strategies.values()].map((strategy) => traitsOf(strategy).healthCheck(strategy)?.path);
  return [spec.validation.healthCheck?.path, ...own, ...spec.strategies.keys()].join("\0");
}

function clashFinding(graph: PinGraph, { process, address }: Claim<PlacedAddress>, rival: Rival<PlacedAddress>): Finding {
  const { method, path, line, column, file } = address;
  const theirs = `${rival.process} ${graph.pins.get(rival.process)?.version ?? ""} (${rival.address.file}:${rival.address.line})`;
  const same = rival.address.path === path ? "" : `, such as ${method} ${rival.example}`;
  const message = `${method} ${path} of ${process} answers what ${method} ${rival.address.path} of ${theirs} answers in ${graph.environment} too${same}`;
  return finding({ file, line, column, pointer: "" }, "address/clash", message);
}
