/** What would change how a process is: a sentence each, for people. */

import type { GateVerdict } from "../gates/gates.ts";
import type { EnvironmentName, ProcessId } from "../names.ts";
import { type Reason, reasonCatalogue } from "../journal/reason.ts";
import type { Rollout } from "../journal/rollout.ts";
import { rolloutStates } from "../strategies/rollout-states.ts";
import { isWaitingForPerson } from "../strategies/traits.ts";

interface About {
  readonly environment: EnvironmentName;
  readonly process: ProcessId;
  /** What its status says. */
  readonly reason: Reason;
  readonly rollout: Rollout | null;
  readonly gates: readonly GateVerdict[];
}

export function whatChangesIt(about: About): readonly string[] {
  const lifts = about.gates.flatMap(({ answer }) => (answer.kind === "blocked" ? [answer.liftedBy] : []));
  const byPeople = about.rollout ? byCommands(about.rollout, about) : [];
  // What a gate waits for does not come here.
  if (about.reason.code === "Deadlocked") return [...byReason(about), ...byPeople];
  const all = [...lifts, ...byPeople, ...(lifts.length === 0 ? byReason(about) : [])];
  return [...new Set(all.length === 0 ? ["A new pin in git."] : all)];
}

function byCommands(rollout: Rollout, { environment, process }: About): readonly string[] {
  const target = `${environment}/${process}`;
  if (rollout.paused) return [`\`pinion resume ${target}\` continues it, \`pinion abort ${target}\` ends it.`];
  if (isWaitingForPerson(rollout)) return [`\`pinion promote ${target}\` continues it, \`pinion abort ${target}\` goes back.`];
  if (rollout.state.kind === "rejected" || rollout.kind !== "deploy") return ["A new pin in git."];
  const back = rollout.stable ? `A bad verdict: it goes back to ${rollout.stable.version}.` : "A bad verdict: it is removed again.";
  const stop = rolloutStates[rollout.state.kind].isStoppable
    ? `\`pinion pause ${target}\` stops it, \`pinion abort ${target}\` ends it.`
    : `\`pinion rollback ${target} --reason "…"\` goes back to a version that was good.`;
  return [back, stop];
}

/** What a person does about the reason that its status says. */
function byReason({ environment, process, reason }: About): readonly string[] {
  const toDo: string | null = reasonCatalogue[reason.code].toDo;
  return toDo === null ? [] : [toDo.replaceAll("ENV/PROCESS", `${environment}/${process}`).replaceAll("ENV", environment)];
}
