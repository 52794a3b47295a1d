/** Rules about paths that change their owner, broken on purpose: see `mutations.ts`. */

import type { Mutation } from "./mutations.ts";

const among = "paths";

export const pathMutations: readonly Mutation[] = [
  {
    what: "who hands paths over waits for nobody",
    file: "src/domain/decision/handovers.ts",
    find: "const slow = others.find(({ whyNotReady: why }) => why !== null);",
    put: 'const slow = others.find(({ whyNotReady: why }) => why === "");',
    among,
  },
  {
    what: "what is taken out hands nothing over",
    file: "src/domain/decision/decide-process.ts",
    find: 'if (handover?.kind === "waits") {',
    put: 'if (handover?.kind === "waits" && handover.why === "") {',
    among,
  },
  {
    what: "the owner of a path does not keep it",
    file: "src/domain/decision/claimants.ts",
    find: "const isOther = claimant.process !== process &&",
    put: 'const isOther = claimant.process === "" &&',
    among,
  },
  {
    what: "a warm version takes its paths back from the process that has them",
    file: "src/domain/decision/preserve.ts",
    find: " && !isRivalled(view, each, pass)",
    put: "",
    among,
  },
  {
    what: "what was superseded gives its traffic back whatever paths change their owner by it",
    file: "src/domain/rollback/stable-version.ts",
    find: "return stable !== null && canHaveItAll(view, stable, pass) ? stable : null;",
    put: "return stable;",
    among,
  },
  {
    what: "what was superseded gives its share back whatever paths change their owner by it",
    file: "src/domain/decision/preserve.ts",
    find: "const isKept = isSharedOn(one, view, unit);",
    put: 'const isKept = isSharedOn(one, view, unit) && unit.process === "";',
    among,
  },
  {
    what: "a canary that takes paths over is judged by nobody",
    file: "src/domain/strategies/rollout-view.ts",
    find: "return isJudgedOnTheWay(rollout) ? [] :",
    put: "return traitsOf(rollout.strategy).isJudgedOnTheWay ? [] :",
    among,
  },
];
