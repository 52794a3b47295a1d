/** Settings that say something and change nothing: what is written is what happens, or it is refused at its line. */

import type { Finding } from "../../../domain/finding.ts";
import type { Permits } from "../../../domain/config/permits.ts";
import { traitsOf } from "../../../domain/strategies/traits.ts";
import type { EnvironmentFile, StrategySection } from "../../../generated/environment.ts";
import { asWarning, type Say } from "../document/findings.ts";

/** Without effect in this file, whatever the operator says; as warnings where the operator might give what is missing. */
export function effectFindings(file: EnvironmentFile, say: Say): readonly Finding[] {
  return [
    ...strategiesIn(file).flatMap(({ section, pointer }) => healthCheckFindings(section, pointer, say)),
    ...timeoutFindings(file, say),
    ...inconclusiveFindings(file, say),
    ...watchFindings(file, say),
  ];
}

/** Sources that pinion.yaml does not name. Null: nobody has said which there are. */
export function sourceFindings(file: EnvironmentFile, permits: Permits | null, say: Say): readonly Finding[] {
  if (permits === null) return [];
  const known = [...builtIn, ...permits.metricSources];
  return sourcesIn(file).flatMap(({ source, pointer }) => {
    if (source === undefined || known.includes(source)) return [];
    const message = `there is no source of metrics named ${source}: it would never have anything to say`;
    return [say(pointer, "environment/metric", message, `Name one of: ${known.join(", ")}; or add it to metricSources in pinion.yaml.`)];
  });
}

const builtIn = ["gateway", "engine", "health"] as const;

function sourcesIn(file: EnvironmentFile): readonly { readonly source: string | undefined; readonly pointer: string }[] {
  const { analysis = {}, rollbackPolicy = {} } = file;
  const at = (pointer: string) => (item: { readonly source?: string }, index: number) => ({
    source: item.source,
    pointer: `${pointer}/${index}/source`,
  });
  return [
    ...(analysis.metrics ?? []).map(at("/analysis/metrics")),
    ...(rollbackPolicy.automatic?.triggers ?? []).map(at("/rollbackPolicy/automatic/triggers")),
    ...strategiesIn(file).map(({ section, pointer }) => ({
      source: section.config?.analysisSource,
      pointer: `${pointer}/config/analysisSource`,
    })),
  ];
}

interface Strategy {
  readonly section: StrategySection;
  readonly pointer: string;
}

function strategiesIn({ strategy, processes = {} }: EnvironmentFile): readonly Strategy[] {
  const own = Object.entries(processes).map(([process, { strategy: section }]) => ({ section, pointer: `/processes/${process}/strategy` }));
  return [{ section: strategy, pointer: "/strategy" }, ...own].filter((each): each is Strategy => each.section !== undefined);
}

function healthCheckFindings({ type, config = {} }: StrategySection, pointer: string, say: Say): readonly Finding[] {
  if (type !== "blue-green" || config.healthCheckTimeout === undefined || config.healthCheckUrl !== undefined) return [];
  const message = "healthCheckTimeout has no effect without healthCheckUrl";
  const hint = "Add healthCheckUrl, or remove it; how long other checks may take is said in `validation` and in the checks.";
  return [say(`${pointer}/config/healthCheckTimeout`, "environment/no-effect", message, hint)];
}

function timeoutFindings(file: EnvironmentFile, say: Say): readonly Finding[] {
  const all = strategiesIn(file).map(({ section }) => section.type);
  const hasOwnLimits = file.strategy !== undefined && all.every((kind) => traitsOf({ kind }).ownLimit !== null);
  if (file.deploymentTimeout === undefined || !hasOwnLimits) return [];
  const message = "deploymentTimeout has no effect: every strategy here is a canary, and a canary ends by its maxDuration";
  return [say("/deploymentTimeout", "environment/no-effect", message, "Write maxDuration in the strategy's config instead.")];
}

/** Triggers may come from the operator. */
function inconclusiveFindings(file: EnvironmentFile, say: Say): readonly Finding[] {
  const isJudged = (file.analysis?.metrics ?? []).length > 0 || hasTriggers(file);
  return [
    { value: file.analysis?.onInconclusive, pointer: "/analysis/onInconclusive", isJudgedAnyway: strategiesIn(file).some(isJudgedAnyway) },
    ...strategiesIn(file).map((each) => ({
      value: each.section.config?.onInconclusive,
      pointer: `${each.pointer}/config/onInconclusive`,
      isJudgedAnyway: isJudgedAnyway(each),
    })),
  ].flatMap((each) => {
    if (each.value === undefined || each.isJudgedAnyway || isJudged) return [];
    const message = "onInconclusive has no effect: no metric and no trigger is listed here, so there is no verdict to wait for";
    return [asWarning(say(each.pointer, "environment/no-effect", message, "Add analysis.metrics or triggers, or remove it."))];
  });
}

function isJudgedAnyway({ section: { type: kind } }: Strategy): boolean {
  return traitsOf({ kind }).isJudgedOnTheWay;
}

function watchFindings(file: EnvironmentFile, say: Say): readonly Finding[] {
  const { timeout } = file.rollbackPolicy?.automatic ?? {};
  if (timeout === undefined || timeout === 0 || hasTriggers(file)) return [];
  const message = "timeout has no effect: no trigger is listed here that could fire while a version is watched";
  return [asWarning(say("/rollbackPolicy/automatic/timeout", "environment/no-effect", message, "Add triggers, or remove it."))];
}

function hasTriggers({ rollbackPolicy }: EnvironmentFile): boolean {
  return (rollbackPolicy?.automatic?.triggers ?? []).length > 0;
}
