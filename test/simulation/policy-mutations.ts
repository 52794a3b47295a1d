/** Rules of gates, timeouts and rollbacks broken on purpose; the invariants' own memory must notice every one of them. */

import type { Mutation } from "./mutations.ts";

export const policyMutations: readonly Mutation[] = [
  {
    what: "time in which the controller stood still counts for the timeout",
    file: "src/domain/strategies/lost-time.ts",
    find: "deadline: rollout.deadline + moreMs",
    put: "deadline: rollout.deadline",
  },
  {
    what: "time in which the controller stood still counts for the watch",
    file: "src/domain/strategies/lost-time.ts",
    find: "until: state.until + (since - state.since) }",
    put: "until: state.until }",
  },
  {
    what: "what nobody has judged goes into quarantine",
    file: "src/domain/decision/lifecycle.ts",
    find: "if (state.trigger === inconclusive) return before;",
    put: "",
  },
  {
    what: "a quarantine that git does not have yet counts as lifted",
    file: "src/domain/rollback/quarantine.ts",
    find: "entry.isInGit && isReadable && !inGit.has(entry.digest)",
    put: "isReadable && !inGit.has(entry.digest)",
  },
  {
    what: "a known good version goes forwards in a freeze",
    file: "src/domain/gates/frozen.ts",
    find: 'if (record === "way-back") return open',
    put: 'if (record !== "new") return open',
  },
  {
    what: "a known good version goes forwards without what it needs",
    file: "src/domain/gates/dependencies.ts",
    find: 'if (record === "way-back") return open',
    put: 'if (record !== "new") return open',
  },
  {
    what: "time in a freeze counts for the timeout",
    file: "src/domain/decision/apply-commands.ts",
    find: "deadline: process.rollout.deadline + afterMs",
    put: "deadline: process.rollout.deadline",
  },
  {
    what: "a canary has the timeout of the other strategies",
    file: "src/domain/strategies/traits.ts",
    find: "return traitsOf(strategy).ownLimit?.ms(strategy) ?? spec.deploymentTimeoutMs;",
    put: "return spec.deploymentTimeoutMs;",
  },
  {
    what: "no deployment ever times out",
    file: "src/domain/strategies/deadline.ts",
    find: "isWaitingForPerson(rollout) ? null : deadline",
    put: "isWaitingForPerson(rollout) ? null : deadline * 2",
  },
  {
    what: "a paused deployment times out",
    file: "src/domain/decision/lifecycle.ts",
    find: "if (stopped === null && isLate)",
    put: "if (isLate)",
  },
  {
    what: "what waits for a person runs out of time",
    file: "src/domain/strategies/deadline.ts",
    find: "return isWaitingForPerson(rollout) ? null : deadline;",
    put: "return deadline;",
  },
  {
    what: "an emergency makes the cool-down forgotten",
    file: "src/domain/rollback/policy.ts",
    find: "rolledBackAt: by === null ? observation.now : before.rolledBackAt",
    put: "rolledBackAt: by === null ? observation.now : null",
  },
  {
    what: "a canary that shares the traffic goes on though it is paused",
    file: "src/domain/strategies/rollout-states.ts",
    find: 'code: "Shifting", canStandStill: true',
    put: 'code: "Shifting", canStandStill: false',
  },
  {
    what: "what fails in public is found good because something else is pinned",
    file: "src/domain/decision/decide-process.ts",
    find: "isAllButOver(rollout) && !isFailed(one, rollout) && !isTakenBack",
    put: "isAllButOver(rollout) && !isTakenBack",
  },
  {
    what: "what a person takes back is found good",
    file: "src/domain/decision/decide-process.ts",
    find: " && !isFailed(one, rollout) && !isTakenBack(one, rollout);",
    put: " && !isFailed(one, rollout);",
  },
  {
    what: "a controller that was down has watched",
    file: "src/domain/strategies/after-switch.ts",
    find: "if (!view.isBaked && view.bakeMs > 0)",
    put: "if (!view.isBaked && view.bakeMs > 1e12)",
  },
  {
    what: "a canary that shared the traffic is not rolled back, it only fails",
    file: "src/domain/strategies/steps.ts",
    find: `    case "shifting":
    case "restoring":
    case "switching":`,
    put: `    case "shifting":
      return false;
    case "restoring":
    case "switching":`,
  },
  {
    what: "a revert is written before the traffic is back",
    file: "src/controller/perform.ts",
    find: '"ensure-reverted": { waitsFor: ["ensure-weights"], perform',
    put: '"ensure-reverted": { waitsFor: [], perform',
  },
  {
    what: "a version that waits for another verdict is found good without it",
    file: "src/domain/rollback/doubt.ts",
    find: "doubt.about.find((each) => isGoingBack(pass.state.processes.get(each), request.at, pass.observation))",
    put: "doubt.about[0]",
  },
];
