/** Rules broken on purpose, each by one replacement in the source: the simulation must notice every one of them. */

import { gateMutations } from "./gate-mutations.ts";
import { pathMutations } from "./path-mutations.ts";
import type { SourceErrors } from "./plan-troubles.ts";
import { policyMutations } from "./policy-mutations.ts";
import { storeMutations } from "./store-mutations.ts";
import { troubleMutations } from "./trouble-mutations.ts";
import { writerMutations } from "./writer-mutations.ts";

export interface Mutation {
  readonly what: string;
  readonly file: string;
  readonly find: string;
  readonly put: string;
  /** Only worlds with this trouble are looked at: it cannot matter in others. */
  readonly among?: keyof SourceErrors;
}

export const mutations: readonly Mutation[] = [
  {
    what: "quarantine holds nothing back",
    file: "src/domain/rollback/quarantine.ts",
    find: "  return quarantined.find((entry) => entry.digest === definition) ?? null;",
    put: "  return quarantined.find((entry) => entry.digest === definition && entry.digest !== definition) ?? null;",
  },
  {
    what: "the limit of concurrent deployments is not kept",
    file: "src/domain/gates/concurrency.ts",
    find: "if (running < limit) return open",
    put: "if (running < limit + running) return open",
  },
  {
    what: "a freeze holds nothing back",
    file: "src/domain/gates/frozen.ts",
    find: "  if (!freeze) return open",
    put: "  if (!freeze || freeze) return open",
  },
  {
    what: "a freeze stops nothing that is under way",
    file: "src/domain/decision/lifecycle.ts",
    find: '  return pass.freeze ? { code: "Frozen", text: describeFreeze(pass.freeze) } : null;',
    put: "  return null;",
  },
  {
    what: "a pause stops nothing",
    file: "src/domain/decision/lifecycle.ts",
    find: '  if (paused) return { code: "Paused", text: `paused by ${signature(paused)}` };',
    put: "",
  },
  {
    what: "triggers are ignored",
    file: "src/domain/rollback/policy.ts",
    find: 'if (triggers.kind === "unhealthy")',
    put: "if (triggers.kind !== triggers.kind)",
  },
  {
    what: "two rollbacks within a cool-down",
    file: "src/domain/rollback/policy.ts",
    find: "if (last === null || now >= last + coolDownMs) return null;",
    put: "if (last === null || now >= last) return null;",
  },
  {
    what: "a commit that pins what was never verified",
    file: "src/domain/rollback/policy.ts",
    find: "if (!before.knownGood.some((good) => good.version === stable.version))",
    put: "if (before.knownGood.some(() => false))",
  },
  {
    what: "no validation is as good as a healthy one",
    file: "src/domain/validation-result.ts",
    find: 'if (results.length === 0) return { kind: "unknown", why: "no validation has run yet" };',
    put: 'if (results.length === 0) return { kind: "healthy" };',
  },
  {
    what: "an unknown verdict of metrics promotes a canary",
    file: "src/domain/strategies/canary.ts",
    find: 'if (analysis.kind === "healthy") return step',
    put: 'if (analysis.kind !== "unhealthy") return step',
  },
  {
    what: "weights that add up to 110",
    file: "src/domain/strategies/canary.ts",
    find: "{ unit: rollout.stable, weight: 100 - weight },",
    put: "{ unit: rollout.stable, weight: 110 - weight },",
  },
  {
    what: "a rejected version keeps the traffic",
    file: "src/domain/strategies/steps.ts",
    find: "return enter(state, why, giveTraffic(rollout.process, rollout.stable));",
    put: "return enter(state, why, giveTraffic(rollout.process, rollout.candidate));",
  },
  {
    what: "a rejected version is removed while it has traffic",
    file: "src/domain/strategies/steps.ts",
    find: "  if (lacking.length > 0) return insist(state, state.why, lacking);",
    put: "",
  },
  {
    what: "triggers are never moved",
    file: "src/controller/perform.ts",
    find: "    engine.ensureArmed(new Map(owed.map(({ action }) => [action.process, action.digest]))),",
    put: "    Promise.resolve(),",
  },
  {
    what: "traffic is shifted to a version that answers nowhere",
    file: "src/controller/shift-traffic.ts",
    find: "if (!installed || ready.length === 0) return null;",
    put: "if (!installed) return null;",
  },
  {
    what: "a request is never written",
    file: "src/controller/reverts.ts",
    find: "outcome = await ports.pinWriter.revert(request);",
    put: 'outcome = { kind: "superseded", why: "a person has moved the pin" };',
  },
  {
    what: "acted on before it is recorded",
    file: "src/controller/reconcile.ts",
    find: "  await record(decision, state, ports);",
    put: `  for (const [process, actions] of decision.owed) for (const action of actions) if (action.kind === "ensure-weights" && action.weights.length === 1) await ports.router.ensureRoutes(environment, [{ process, timeoutMs: 1, sticky: null, shares: action.weights.map(({ unit, weight }) => ({ ...unit, weight, endpoints: [], targets: [] })) }]);
  await record(decision, state, ports);`,
  },
  {
    what: "the journal drops what is owed",
    file: "src/domain/journal/remembered.ts",
    find: "  return [...kept, ...added];",
    put: "  return added.length > 1 ? [...kept, ...added.slice(1)] : kept;",
  },
  {
    what: "the journal forgets refusals",
    file: "src/domain/journal/remembered.ts",
    find: "(entry.id === id ? { ...entry, stuck, notBefore } : entry)",
    put: "entry",
  },
  {
    what: "the journal loses an answer's command twice",
    file: "src/domain/journal/remembered.ts",
    find: "  return commands.filter((command) => !answered.has(command.id));",
    put: "  return commands.length > 0 && answered.size > 0 ? commands : commands;",
  },
  ...writerMutations,
  ...gateMutations,
  ...policyMutations,
  ...storeMutations,
  ...troubleMutations,
  ...pathMutations,
];
