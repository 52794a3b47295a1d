/** Who may get traffic: it adds up, it never goes to what failed or was rejected, and nobody who has it is taken away. */

import type { Digest, EnvironmentName, ProcessId, UnitRef } from "../../src/domain/names.ts";
import type { Rollout } from "../../src/domain/journal/rollout.ts";
import type { Route, Share } from "../../src/domain/observed/route.ts";
import type { ProcessState } from "../../src/domain/journal/state.ts";
import { weightOf } from "../../src/domain/observed/observation.ts";
import { refusedNatures } from "./natures.ts";
import { judgePaths } from "./path-rules.ts";
import type { SimWorld } from "./sim-world.ts";

interface More {
  readonly what: string;
  /** It had most of the traffic already. */
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

  function judgeEmpty(environment: EnvironmentName, before: Route | null, state: ProcessState | undefined): void {
    if (!before || mayLoseAll(state?.rollout ?? null)) return;
    trace.violate(
      "a process never loses all its traffic",
      `${environment}/${before.process}, ${JSON.stringify(state?.rollout?.state ?? null)}`,
    );
  }

  async function judgeShare(
    share: Share,
    { before, state, process }: { before: Route | null; state: ProcessState | undefined; process: ProcessId },
  ) {
    const what = `${process} ${share.version} gets ${share.weight} %`;
    if (share.targets.length === 0) trace.violate("traffic goes somewhere", what);
    const nature = catalogue.nature(process, share.version);
    if (nature && refusedNatures.has(nature)) trace.violate("no traffic to what failed its checks", `${what}, and it ${nature}`);
    const had = weightOf(before, share.digest);
    if (share.weight <= had) return;
    if (state) await judgeMore(share, state, { what, hasMost: had > 50 });
  }

  async function judgeMore(
    { version, digest }: Share,
    { process, rollout, quarantined }: ProcessState,
    { what, hasMost }: More,
  ): Promise<void> {
    const isRejected = rollout?.state.kind === "rejected" && rollout.candidate?.digest === digest;
    trace.expect(!isRejected, "no more traffic to what is rejected", what);
    const definitionDigest = catalogue.known(process, version)?.definitionDigest;
    const held = quarantined.find((entry) => entry.digest === definitionDigest);
    // Where no good version is left, what serves all the same also takes back the share of a canary that is given up.
    trace.expect(
      !held || hasMost || isLastResort(rollout, digest),
      "no more traffic to what is in quarantine",
      `${what}: ${held?.why ?? ""}`,
    );
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
        if (shares.length === 0) judgeEmpty(environment, before, known);
        else if (sum !== 100) trace.violate("traffic sums to 100", `${process}: ${sum}`);
        for (const share of shares) if (share.weight > 0) await judgeShare(share, { before, state: known, process });
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
function isLastResort(rollout: ProcessState["rollout"], digest: string): boolean {
  if (rollout?.state.kind !== "rejected" || rollout.stable?.digest !== digest) return false;
  return rollout.kind === "rollback" || rollout.strategy.kind === "recreate";
}
