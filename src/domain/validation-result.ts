/** Results of validations: what was asked of a version, what came back, and what follows from it. */

import type { Instant } from "./names.ts";

/** When a validation runs, as the seed names it. */
export type Phase = "pre" | "during" | "post";

/** The validations by the names the seed gives them. */
export type ValidationName =
  | "process_validation"
  | "environment_validation"
  | "dependency_validation"
  | "step_validation"
  | "health_check"
  | "smoke_test"
  | "integration_test"
  | "performance_test"
  | "data_integrity"
  | "service_availability"
  | "monitoring_setup";

/**
 * The phase from which on each of them can be asked: what is not installed has no address, and what has no traffic is not
 * served. This is also the order in which those of one phase are asked, because nothing is asked after a failure.
 */
export const askedFrom: Readonly<Record<ValidationName, Phase>> = {
  process_validation: "pre",
  environment_validation: "pre",
  dependency_validation: "pre",
  step_validation: "during",
  service_availability: "post",
  health_check: "during",
  smoke_test: "during",
  integration_test: "during",
  data_integrity: "post",
  performance_test: "during",
  monitoring_setup: "post",
};

export interface ValidationResult {
  readonly phase: Phase;
  /** The instances it is about, as `scopeOf` names them; "" is all of them. */
  readonly scope: string;
  readonly validation: ValidationName;
  /** Which one of its kind, such as the name of a check; "" when there is only one. */
  readonly subject: string;
  /** `unknown`: it could not be asked. It never counts as passed. */
  readonly result: "passed" | "failed" | "unknown";
  /** What was seen, in one line for people. */
  readonly detail: string;
  /** It is unknown since the engine went away while it was asked: the version is held to it when the same is asked again. */
  readonly engineWentAway?: true;
  readonly at: Instant;
  readonly durationMs: number;
}

export type Verdict =
  | { readonly kind: "healthy" }
  | { readonly kind: "unhealthy"; readonly why: string }
  /** `about`: what is missing, where `why` has figures that change while the same is missing. */
  | { readonly kind: "unknown"; readonly why: string; readonly about?: string };

/**
 * One failure is a failure; nothing at all, or anything unknown, is unknown. The caller stops at the first unknown: one
 * that is older than another result is of an earlier try, in which something else was asked, and counts no more.
 */
export function judge(results: readonly ValidationResult[]): Verdict {
  const failed = results.find((result) => result.result === "failed");
  if (failed) return { kind: "unhealthy", why: describeResult(failed) };
  if (results.length === 0) return { kind: "unknown", why: "no validation has run yet" };
  const newest = Math.max(...results.map((result) => result.at));
  const unknown = results.find((result) => result.result === "unknown" && result.at === newest);
  if (unknown) return { kind: "unknown", why: describeResult(unknown) };
  return { kind: "healthy" };
}

/** `smoke_test "creates an order" failed: …`. */
export function describeResult(result: ValidationResult): string {
  const subject = result.subject === "" ? "" : ` "${result.subject}"`;
  return `${result.validation}${subject} ${result.result}: ${result.detail}`;
}
