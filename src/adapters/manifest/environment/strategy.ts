/** The strategy section: how traffic moves from one version to the next, of an environment or of one of its processes. */

import type { StrategySpec } from "../../../domain/desired/environment.ts";
import type { Finding } from "../../../domain/finding.ts";
import type { StrategyConfig, StrategySection } from "../../../generated/environment.ts";
import { durationMs } from "../document/durations.ts";
import type { Say } from "../document/findings.ts";
import { durationFindings } from "./amounts.ts";
import { canaryFindings, toCanary } from "./canary.ts";
import { toWarm } from "./warm.ts";

const rollingDefaults = { batchSize: 1, maxUnavailable: 1 } as const;

/** What must hold in a strategy section beyond its shape. */
export function strategyFindings({ type, config = {} }: StrategySection, pointer: string, say: Say): readonly Finding[] {
  const at = `${pointer}/config`;
  const maxAge = typeof config.keepOldVersion === "object" ? config.keepOldVersion.maxAge : undefined;
  return [
    ...durationFindings(maxAge, `${at}/keepOldVersion/maxAge`, { atLeast: "1s", atMost: "365d" }, say),
    ...durationFindings(config.healthCheckTimeout, `${at}/healthCheckTimeout`, { atLeast: "1ms", atMost: "1h" }, say),
    ...durationFindings(config.healthCheckInterval, `${at}/healthCheckInterval`, { atLeast: "50ms", atMost: "10m" }, say),
    ...rules[type](config, at, say),
  ];
}

const rules: Readonly<Record<StrategySpec["kind"], (config: StrategyConfig, pointer: string, say: Say) => readonly Finding[]>> = {
  "blue-green": () => [],
  canary: canaryFindings,
  rolling: batchFindings,
  recreate: () => [],
};

/** A batch is out of rotation as a whole, so it never gets larger than what may be. */
function batchFindings(
  { batchSize = rollingDefaults.batchSize, maxUnavailable }: StrategyConfig,
  pointer: string,
  say: Say,
): readonly Finding[] {
  const most = maxUnavailable ?? rollingDefaults.maxUnavailable;
  if (batchSize <= most) return [];
  const said = maxUnavailable === undefined ? `${most} unless it is set` : `${most}`;
  const message = `batchSize ${batchSize} has no effect: maxUnavailable is ${said}, and no more instances are taken at once`;
  const hint = `Write maxUnavailable: ${batchSize}, or batchSize: ${most}.`;
  return [say(`${pointer}/batchSize`, "environment/no-effect", message, hint)];
}

/** A strategy section with its defaults. */
export function toStrategy(section: StrategySection): StrategySpec {
  const { onInconclusive } = section.config ?? {};
  return onInconclusive === undefined ? plainStrategy(section) : { ...plainStrategy(section), onInconclusive };
}

function plainStrategy({ type, config = {} }: StrategySection): StrategySpec {
  return readers[type](config);
}

/** One that is added, to the schema or to the domain, does not compile before it can be read here. */
const readers: { readonly [K in StrategySpec["kind"]]: (config: StrategyConfig) => Extract<StrategySpec, { readonly kind: K }> } = {
  "blue-green": (config) => ({
    kind: "blue-green",
    healthCheckUrl: config.healthCheckUrl ?? null,
    healthCheckTimeoutMs: durationMs(config.healthCheckTimeout ?? "10s"),
    switchTrafficDelayMs: durationMs(config.switchTrafficDelay ?? 0),
    ...toWarm(config.keepOldVersion),
  }),
  canary: toCanary,
  rolling: (config) => ({
    kind: "rolling",
    batchSize: config.batchSize ?? rollingDefaults.batchSize,
    batchDelayMs: durationMs(config.batchDelay ?? 0),
    maxUnavailable: config.maxUnavailable ?? rollingDefaults.maxUnavailable,
    healthCheckIntervalMs: durationMs(config.healthCheckInterval ?? "1s"),
  }),
  recreate: () => ({ kind: "recreate" }),
};
