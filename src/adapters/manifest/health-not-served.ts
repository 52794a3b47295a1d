/** Health checks that ask what a pinned version does not answer: each of its deployments there would fail after the time for it. */

import type { Finding } from "../../domain/finding.ts";
import { createTester } from "../../domain/paths/automaton.ts";
import { formsOf, looksLike } from "../../domain/paths/clash.ts";
import { healthCheckOf } from "../../domain/validation/health.ts";
import { finding } from "./document/findings.ts";
import type { EnvironmentRecord } from "./environment/read-environment.ts";
import type { PlacedAddress } from "./process/address-rules.ts";
import type { ReadCommit } from "./repository-reader.ts";

/** At the pins of one environment. */
export function* healthFindings({ name, spec, pins }: EnvironmentRecord, { records }: ReadCommit["processes"]): Iterable<Finding> {
  if (spec === null || !spec.validation.during.includes("health_check")) return;
  for (const [process, pin] of pins) {
    const health = healthCheckOf(spec, process);
    const version = records.get(process)?.versions.get(pin.version);
    if (health === null || version?.kind !== "good" || isAnswered(health.path, version.addresses)) continue;
    const message = `the health check of ${name} asks GET ${health.path}, and ${process} ${pin.version} does not answer it: its deployment would fail`;
    yield finding({ ...pin, pointer: `/${process}` }, "pin/health-not-served", message);
  }
}

/** What cannot be told in time counts as answered. */
function isAnswered(asked: string, addresses: readonly PlacedAddress[]): boolean {
  const [path = ""] = asked.split("?", 1);
  const isAlike = looksLike([path]);
  return addresses.some(({ method, path: pattern }) => {
    if (!["GET", "ALL", "ANY"].includes(method) || !isAlike(pattern)) return false;
    return formsOf(pattern).some((form) => createTester(form.automaton())(path, mostLooks) !== false);
  });
}

/** For one address. */
const mostLooks = 20_000;
