/** Who may get traffic: it adds up, it never goes to what failed or was rejected, and nobody who has it is taken away. */

import type { Digest, EnvironmentName, ProcessId, UnitRef, Version } from "../../src/domain/names.ts";
import { strategyFor } from "../../src/domain/desired/environment.ts";
import type { Rollout } from "../../src/domain/journal/rollout.ts";
import type { Route, Share } from "../../src/domain/observed/route.ts";
import type { ProcessState } from "../../src/domain/journal/state.ts";
import { weightOf } from "../../src/domain/observed/observation.ts";
import { refusedNatures } from "./natures.ts";
import { judgePaths } from "./path-rules.ts";
import { isDecidedInMemory, type SimWorld } from "./sim-world.ts";

/** Whose route is about to be set. */
interface Getting {
  readonly environment: EnvironmentName;
  readonly process: ProcessId;
  readonly before: Route | null;
  readonly state: ProcessState | undefined;
}

interface More {
  readonly environment: EnvironmentName;
  readonly what: string;
  readonly before: Route | null;
  /** It had half of the traffic already, or more. */
  readonly hasMost: boolean;
}

export interface TrafficRules {
  beforeRoutes(environment: EnvironmentName, routes: readonly Route[]): Promise<void>;
  beforeRemoval(environment: EnvironmentName, units: readonly UnitRef[]): Promise<void>;
  afterArming(environment: EnvironmentName, armed: ReadonlyMap<ProcessId, Digest | null>): Promise<void>;
}

export function createTrafficRules(world: SimWorld): TrafficRules {
  const { trace, outside, journal, catalogue } = world;
  /** Of the table as it is, or null while the router cannot be asked: then nothing is changed either. */
  const tableOf = (environment: EnvironmentName) => outside.router.routes(environment).catch(() => null);

  const installedIn = (environment: EnvironmentName) =>
    outside
      .engine(environment)
      .inventory()
      .then(
        ({ installed }) => installed,
        () => [],
      );

  async function judgeEmpty(environment: EnvironmentName, before: Route | null, state: ProcessState | undefined): Promise<void> {
    const rollout = state?.rollout ?? null;
    if (!before || mayLoseAll(rollout) || isGoingBackUnrecorded(environment, before, state)) return;
    if (await isLostUnrecorded(environment, before, rollout)) return;
    trace.violate("a process never loses all its traffic", `${environment}/${before.process}, ${JSON.stringify(rollout && rollout.state)}`);
  }

  /** While nothing can be recorded, going back to what was good here begins in memory: `recreate` takes out first what is there. */
  function isGoingBackUnrecorded(environment: EnvironmentName, { process, shares }: Route, state: ProcessState | undefined): boolean {
    const spec = world.plan.environments.find(({ name }) => name === environment)?.spec;
    if (!isDecidedInMemory(world) || !spec || strategyFor(spec, process).kind !== "recreate") return false;
    return state?.knownGood.some(({ version }) => shares.every((share) => share.version !== version)) ?? false;
  }

  /** While nothing can be recorded only the engine tells that what had the traffic, or what it would go back to, is lost on every instance. */
  async function isLostUnrecorded(environment: EnvironmentName, { shares }: Route, rollout: Rollout | null): Promise<boolean> {
    const inventory = isDecidedInMemory(world)
      ? await outside
          .engine(environment)
          .inventory()
          .catch(() => null)
      : null;
    if (!inventory) return false;
    const isThere = (wanted: Digest): boolean => inventory.installed.some(({ digest }) => digest === wanted);
    return (
      !shares.some((share) => isThere(share.digest)) || (rollout !== null && rollout.stable !== null && !isThere(rollout.stable.digest))
    );
  }

  async function judgeShare(share: Share, { environment, process, before, state }: Getting): Promise<void> {
    const what = `${process} ${share.version} gets ${share.weight} %`;
    if (share.targets.length === 0) trace.violate("traffic goes somewhere", what);
    const nature = catalogue.nature(process, share.version);
    if (nature && refusedNatures.has(nature)) trace.violate("no traffic to what failed its checks", `${what}, and it ${nature}`);
    const had = weightOf(before, share.digest);
    if (share.weight <= had) return;
    if (state) await judgeMore(share, state, { environment, what, before, hasMost: had >= 50 });
  }

  async function judgeMore(share: Share, state: ProcessState, { environment, what, before, hasMost }: More): Promise<void> {
    const { rollout } = state;
    if (rollout?.candidate?.digest === share.digest) {
      trace.expect(rollout.state.kind !== "rejected", "no more traffic to what is rejected", what);
      trace.expect(isNotTakenBack(before, rollout), "no more traffic to what was taken back from memory", what);
    }
    const held = whyHeld(state, share.version);
    // Where no good version is left, what serves all the same also takes back the share of a canary that is given up.
    if (held === null || hasMost) return;
    const isLast = isGoingBackTo(rollout, share) && (bringsOldBack(rollout) || (await isNobodyElseThere(environment, state, share)));
    trace.expect(isLast, "no more traffic to what is in quarantine", `${what}: ${held}`);
  }

  function whyHeld({ process, quarantined }: ProcessState, version: Version): string | null {
    const definition = catalogue.known(process, version)?.definitionDigest;
    return quarantined.find(({ digest }) => digest === definition)?.why ?? null;
  }

  /** While nothing can be recorded only the route tells that it is rejected. */
  function isGoingBackTo(rollout: Rollout | null, { digest, weight }: Share): rollout is Rollout {
    if (rollout?.stable?.digest !== digest) return false;
    return rollout.state.kind === "rejected" || (isDecidedInMemory(world) && weight === 100);
  }

  /** A deployment that began where what is in quarantine served, and no other good one was left, goes back to that rather than to nobody. */
  async function isNobodyElseThere(environment: EnvironmentName, state: ProcessState, { digest }: Share): Promise<boolean> {
    const { process, rollout } = state;
    const installed = await installedIn(environment);
    const others = installed.filter((unit) => unit.process === process && unit.digest !== digest);
    const isGood = ({ digest: other }: { readonly digest: Digest }): boolean => state.knownGood.some((good) => good.digest === other);
    return others.every((unit) => unit.digest === rollout?.candidate?.digest || whyHeld(state, unit.version) !== null || !isGood(unit));
  }

  return {
    async beforeRoutes(environment, routes) {
      const table = await tableOf(environment);
      if (!table) return;
      const state = await journal.state(environment);
      const { processes } = state;
      if (world.plan.sourceErrors.paths.size > 0)
        judgePaths(world, { environment, table, routes, state, installed: await installedIn(environment) });
      for (const route of routes) {
        const { process, shares } = route;
        trace.say(
          `  ${environment}/${process} -> ${shares.map(({ version, weight, targets }) => `${version}=${weight}@${targets.map(({ instance }) => instance).join("+")}`).join(" ") || "nobody"}`,
        );
        const before = table.find((each) => each.process === process) ?? null;
        const known = processes.get(process);
        const sum = shares.reduce((total, { weight }) => total + weight, 0);
        if (shares.length === 0) await judgeEmpty(environment, before, known);
        else if (sum !== 100) trace.violate("traffic sums to 100", `${process}: ${sum}`);
        for (const share of shares) if (share.weight > 0) await judgeShare(share, { environment, process, before, state: known });
      }
    },
    async beforeRemoval(environment, units) {
      const table = await tableOf(environment);
      for (const { process, version, digest } of units) {
        const weight = weightOf(table?.find((route) => route.process === process) ?? null, digest);
        trace.say(`  ${environment}/${process} ${version} is removed`);
        if (weight > 0) trace.violate("nothing that has traffic is removed", `${environment}/${process} ${version} has ${weight} %`);
      }
    },
    async afterArming(environment, armed) {
      const inventory = await outside
        .engine(environment)
        .inventory()
        .catch(() => null);
      for (const process of armed.keys()) {
        const firing = (inventory?.installed ?? []).filter((unit) => unit.process === process && unit.armed);
        if (firing.length > 1) trace.violate("schedules fire in one version", firing.map(({ version }) => version).join(" and "));
        for (const { version } of firing) {
          const nature = catalogue.nature(process, version);
          trace.say(`  ${environment}/${process} ${version} is armed`);
          if (nature && refusedNatures.has(nature)) trace.violate("no schedules in what failed its checks", `${process} ${version}`);
        }
      }
    },
  };
}

/** By a controller that could not record it. */
function isNotTakenBack(before: Route | null, { deployment }: Rollout): boolean {
  return before?.takenBack?.deployment !== deployment;
}

/** Taken out on purpose, or there never was anything to go back to. */
function mayLoseAll(rollout: Rollout | null): boolean {
  if (!rollout) return false;
  const { candidate, stable, strategy, state } = rollout;
  const isLost = state.kind === "rejected" && state.isStableLost === true;
  return candidate === null || stable === null || strategy.kind === "recreate" || isLost;
}

/**
 * Where the way back itself fails, as when it was recreated and its checks failed, what it came from serves rather than nobody; and
 * so does what a deployment by `recreate` has taken out, when that is given up.
 */
function bringsOldBack({ kind, strategy }: Rollout): boolean {
  return kind === "rollback" || strategy.kind === "recreate";
}
