/** What must hold after every effect, whatever goes wrong: everything that the controller does passes by here. */

import type { EnvironmentName } from "../../src/domain/names.ts";
import type { DeploymentUnit } from "../../src/domain/desired/unit.ts";
import type { Engine } from "../../src/ports/engine.ts";
import type { Journal } from "../../src/ports/journal.ts";
import type { Router } from "../../src/ports/router.ts";
import { createDecisionRules, type DecisionRules } from "./decision-rules.ts";
import { createGitRules, type GitRules } from "./git-rules.ts";
import { digestOf } from "./known-digests.ts";
import { createMemoryRules } from "./memory-rules.ts";
import type { SimWorld } from "./sim-world.ts";
import { createTrafficRules } from "./traffic-rules.ts";

export interface Invariants {
  readonly decisions: DecisionRules;
  readonly git: GitRules;
  /** Orders that are void, since the fault was somebody else's. */
  readonly acquitted: ReadonlySet<string>;
  /** The same ports, watched. */
  router(router: Router): Router;
  journal(journal: Journal): Journal;
  engine(environment: EnvironmentName, engine: Engine): Engine;
  onWarning(fields: Readonly<Record<string, unknown>>, message: string): void;
  onError(fields: Readonly<Record<string, unknown>>, message: string): void;
  /** How often an environment was looked at so far. */
  readonly passes: number;
}

export function watch(world: SimWorld): Invariants {
  const { trace } = world;
  const decisions = createDecisionRules(world);
  const traffic = createTrafficRules(world);
  const git = createGitRules(world, decisions);
  let passes = 0;
  const memory = createMemoryRules(world);
  world.git.onMove = (to, from) => {
    git.onMove(to, from);
    memory.onMove(to);
  };
  return {
    decisions,
    git,
    acquitted: memory.acquitted,
    get passes() {
      return passes;
    },
    router: (router) => {
      memory.onStart();
      decisions.onStart();
      return {
        ...router,
        routes: (environment) => {
          passes += 1;
          return router.routes(environment);
        },
        traffic: async (environment, counted) => {
          const counts = await router.traffic(environment, counted);
          memory.onMeasured(environment);
          return counts;
        },
        ensureRoutes: async (environment, routes) => {
          await traffic.beforeRoutes(environment, routes);
          const refused = await router.ensureRoutes(environment, routes);
          memory.afterRoutes(
            environment,
            routes.filter((route) => !refused.some(({ process }) => process === route.process)),
          );
          return refused;
        },
      };
    },
    journal: (journal) => ({
      ...journal,
      record: async (decision) => {
        const before = await journal.state(decision.environment);
        await journal.record(decision);
        const after = await journal.state(decision.environment);
        decisions.afterStep(decision, before, after);
        memory.afterStep({ decision, before, after });
      },
      recordValidation: (environment, deployment, results) => {
        for (const { validation, result, detail } of results)
          trace.expect(validation !== "process_validation" || result !== "failed", "nobody fails by what a file says by now", detail);
        return journal.recordValidation(environment, deployment, results);
      },
      reverted: async (request, outcome, step) => {
        await journal.reverted(request, outcome, step);
        trace.say(`  revert ${request.id} ${outcome.kind}`);
        git.onOutcome(request, outcome);
      },
    }),
    engine: (environment, engine) => ({
      kind: engine.kind,
      inventory: (counted) => engine.inventory(counted),
      ...(engine.readBack && { readBack: engine.readBack }),
      ensureInstalled: (units, on, beforeReplacing) => {
        for (const unit of units) judgeInstalled(world, unit);
        return engine.ensureInstalled(units, on, beforeReplacing);
      },
      ensureRemoved: async (units) => {
        await traffic.beforeRemoval(environment, units);
        await engine.ensureRemoved(units);
      },
      ensureArmed: async (armed) => {
        await engine.ensureArmed(armed);
        await traffic.afterArming(environment, armed);
      },
    }),
    onWarning: ({ code }, message) => {
      if (code === "internal/bug") trace.violate("nothing is a bug", message);
    },
    onError: (fields, message) => {
      const { error } = fields;
      if (error instanceof Error && error.message.includes("(simulated)")) return;
      const text = error instanceof Error ? (error.stack ?? error.message) : JSON.stringify(fields);
      if (!text.includes("(simulated)")) trace.violate("nothing is a bug", `${message}: ${text}`);
    },
  };
}

/** Whatever its file says by now. */
function judgeInstalled({ catalogue, trace }: SimWorld, { process, version, definition }: DeploymentUnit): void {
  const isPublished = digestOf(definition) === catalogue.known(process, version)?.definitionDigest;
  trace.expect(isPublished, "only what was published is installed", `${process} ${version}`);
}
