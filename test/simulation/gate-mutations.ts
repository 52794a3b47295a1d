/** Gates and memories of decisions, broken on purpose: see `mutations.ts`. */

import type { Mutation } from "./mutations.ts";

export const gateMutations: readonly Mutation[] = [
  {
    what: "a version is watched for no time",
    file: "src/domain/strategies/after-switch.ts",
    find: "if (view.now < state.until) return stay",
    put: "if (view.now < state.since) return stay",
  },
  {
    what: "what was found bad stays a way back",
    file: "src/domain/rollback/policy.ts",
    find: "return before.knownGood.some(isBad) ? {",
    put: "return before.knownGood.some(isBad) && before.knownGood.length > 99 ? {",
  },
  {
    what: "a failed version is known good",
    file: "src/domain/decision/known-good.ts",
    find: 'if (phase !== "Succeeded" || !candidate ||',
    put: "if (!candidate ||",
  },
  {
    what: "a deployment that begins in this pass is not counted",
    file: "src/domain/decision/lifecycle.ts",
    find: "  pass.places.add(before.process);\n  const { candidate }",
    put: "  const { candidate }",
  },
  {
    what: "a pin that is gone beside a broken one is believed",
    file: "src/domain/desired/removal.ts",
    find: "const what = error ? describeFinding(error) : brokenPin;",
    put: "const what = error ? describeFinding(error) : null;",
  },
  {
    what: "what is taken out is removed at once",
    file: "src/domain/decision/taken-out.ts",
    find: "const isOver = why === null && observation.now >= until;",
    put: "const isOver = why === null;",
  },
  {
    what: "a watched version is taken back whatever the policy says",
    file: "src/domain/rollback/policy.ts",
    find: "if (held === null || isOnItsWay(rollout)) return reject",
    put: 'if (held === null || held !== "") return reject',
  },
  {
    what: "a route that has changed touches nobody",
    file: "src/domain/decision/touched.ts",
    find: "    ...movedUnits(then, now),\n    ...movedRoutes(then, now),\n",
    put: "    ...movedUnits(then, now),\n",
  },
  {
    what: "what is installed, and has changed, touches nobody",
    file: "src/domain/decision/touched.ts",
    find: "    ...movedUnits(then, now),\n    ...movedRoutes(then, now),\n",
    put: "    ...movedRoutes(then, now),\n",
  },
  {
    what: "what self-healing takes away is not recorded",
    file: "src/controller/changes/hand-edits.ts",
    find: "    await ports.journal.recordHandEdit(edit);\n  }\n\n  /** Asks the engine now. */",
    put: "  }\n\n  /** Asks the engine now. */",
  },
];
