/**
 * Why something is as it is: a code for machines, one line for people. No code ever reads the line. The codes are those that
 * Kubernetes and Argo CD carry beside a message: one closed list, whose meanings make docs/reasons.md.
 */

export interface Reason {
  readonly code: ReasonCode;
  /** One line for people; may change from release to release. */
  readonly text: string;
  /** What it is about, for machines, such as a finding's code or another process: with the code it tells one hold from another. */
  readonly about?: string;
}

export type ReasonCode = keyof typeof reasonCatalogue;

interface Meaning {
  /** The event of a process that is not as pinned for this reason; null: that is no news, since it ends by itself or has an event of its own. */
  readonly event: "held" | "drift" | null;
  readonly meaning: string;
  /** What a person does about it; null: nothing. */
  readonly toDo: string | null;
}

/** Journaled and shown: add one when you must, never rename one. */
export const reasonCatalogue = {
  AsPinned: { event: null, meaning: "The version that is pinned runs, with all the traffic.", toDo: null },
  TakenOut: {
    event: null,
    meaning: "It is no longer pinned and gets no traffic; for `pruneDelay` it stays installed, so that a revert brings it back at once.",
    toDo: null,
  },
  Validating: { event: null, meaning: "Validations run that touch nothing.", toDo: null },
  Installing: { event: null, meaning: "The version is being installed; it has no traffic yet.", toDo: null },
  Checking: { event: null, meaning: "The health check and the smoke tests run on its private address.", toDo: null },
  SwitchDelayed: { event: null, meaning: "It passed its checks and waits out `switchTrafficDelay`.", toDo: null },
  HandingOver: { event: null, meaning: "Paths change their owner between processes: it waits until all of them are ready.", toDo: null },
  Switching: { event: null, meaning: "It is being given all the traffic.", toDo: null },
  Shifting: { event: null, meaning: "A canary: it has a share of the traffic.", toDo: null },
  AwaitsPromotion: {
    event: "held",
    meaning: "A canary has reached a pause without an end.",
    toDo: "`pinion promote ENV/PROCESS` goes on, `pinion abort ENV/PROCESS` goes back.",
  },
  Rolling: { event: null, meaning: "It is being brought in from instance to instance.", toDo: null },
  PostDeploymentChecks: { event: null, meaning: "It has all the traffic; the validations after a deployment run.", toDo: null },
  Draining: { event: null, meaning: "The version before it finishes what it has in flight.", toDo: null },
  Baking: { event: null, meaning: "It has all the traffic; the rollback policy watches it.", toDo: null },
  TakingOut: {
    event: null,
    meaning: "What runs is being taken out: it is no longer pinned, or makes room for the version after it.",
    toDo: null,
  },
  Removing: { event: null, meaning: "What is not wanted any more is being removed.", toDo: null },
  GoingBack: { event: null, meaning: "It was found bad: the traffic goes back, or is back, to the version before it.", toDo: null },
  ActionRefused: {
    event: null,
    meaning: "The engine or the router refuses what the next step needs; it is tried again.",
    toDo: "The line says what was refused.",
  },
  HandEditUndone: {
    event: null,
    meaning: "What somebody had changed by hand was put back; `pinion history --id ID` keeps what that was.",
    toDo: null,
  },
  GitWritten: { event: null, meaning: "The commit that puts a pin back is written, proposed or not needed.", toDo: null },
  RolledBack: {
    event: "held",
    meaning: "It was found bad while it had traffic, and taken back.",
    toDo: "Fix the version and pin a new one; `pinion history --id ID` shows what rejected it.",
  },
  KillsEngine: {
    event: "held",
    meaning:
      "The engine's process ended again and again while this version ran, and nothing else is suspected. What was being deployed was taken back; what has been stable stays, and takes others of its environment down with it.",
    toDo: 'Look for what ends the process (`process.exit`, memory, a loop) and pin a fixed version; `pinion rollback ENV/PROCESS --reason "…"` goes back to the one before it.',
  },
  DeploymentFailed: {
    event: "held",
    meaning: "Its deployment failed before it had traffic, or what was changed by hand could not be put back.",
    toDo: "`pinion retry ENV/PROCESS` tries it again; a new pin is tried by itself.",
  },
  AwaitsDependency: {
    event: "held",
    meaning:
      "It failed while a process that it calls was being rolled back, or up to a minute before: it is tried again, once, when that is healthy.",
    toDo: null,
  },
  Superseded: { event: null, meaning: "A newer commit pins something else.", toDo: null },
  Aborted: { event: "held", meaning: "A person gave the deployment up.", toDo: "`pinion retry ENV/PROCESS` tries it again." },
  NotJudged: {
    event: "held",
    meaning: "The time for a verdict was over and there was none.",
    toDo: "Look whether its metrics can have a verdict, then `pinion retry ENV/PROCESS`.",
  },
  PersonMustDecide: {
    event: "held",
    meaning: "It was found bad, or could not be judged, and stays as it is, since the policy leaves that to people.",
    toDo: 'The line says what stands in the way. `pinion rollback ENV/PROCESS --reason "…"` takes it back where that is possible; `pinion promote ENV/PROCESS` keeps what was not judged.',
  },
  Frozen: {
    event: "held",
    meaning: "The environment is frozen: nothing new is deployed there.",
    toDo: '`pinion unfreeze ENV --reason "…"`.',
  },
  Paused: { event: "held", meaning: "A person has paused the deployment.", toDo: "`pinion resume ENV/PROCESS`." },
  WaitsForDependency: { event: null, meaning: "A process that it calls is on its way to the version that it needs.", toDo: null },
  DependencyMissing: {
    event: "held",
    meaning: "A process that it calls does not serve a version that it needs, and none is on its way.",
    toDo: "Pin a version of that process in the range that the line names.",
  },
  Deadlocked: {
    event: "held",
    meaning:
      "Deployments wait for each other: a path changes its owner only when giver and taker are both ready, and one of them begins only when the new version of another serves. None of them comes to its end before its time is over.",
    toDo: "Do it in two commits: revert one of the pins, and pin it again when the others serve. `pinion plan` and `pinion validate --base` find it before the merge (`pin/deadlock`).",
  },
  WaitsForTurn: { event: null, meaning: "As many deployments as `maxConcurrentDeployments` allows are running.", toDo: null },
  Quarantined: {
    event: "held",
    meaning: "What is pinned is in quarantine.",
    toDo: "Pin another version, or take its entry out of quarantine.yaml.",
  },
  PinUnusable: {
    event: "held",
    meaning: "What is pinned cannot be deployed here; the line names file and finding.",
    toDo: "`pinion validate` shows the same finding.",
  },
  NotRemoved: {
    event: "held",
    meaning: "It is no longer pinned and stays, since that may be a mistake, or while the environment is frozen.",
    toDo: "Fix the errors of the environment, or set `allowEmpty: true` where all pins are gone.",
  },
  Drifted: {
    event: "drift",
    meaning: "What runs was changed by hand, and `selfHeal` is off.",
    toDo: "Put it back by hand, or set `selfHeal: true`.",
  },
  HealingDrift: { event: "drift", meaning: "What runs was changed by hand, and is put back.", toDo: null },
  Healing: { event: null, meaning: "What runs lacks something, such as an instance that came back empty, and is put back.", toDo: null },
  NotRestored: { event: "held", meaning: "What serves lacks something and cannot be put back.", toDo: "The line says what was refused." },
  EngineUnknown: {
    event: null,
    meaning: "The engine cannot be asked: shown is the last known picture, and what needs its answer waits.",
    toDo: "Look at the engine and at `pinion status`.",
  },
  RouterUnknown: {
    event: null,
    meaning: "The gateway cannot be asked: shown is the last known picture, and what needs its answer waits.",
    toDo: "Look at the gateway and at `pinion status`.",
  },
  EngineMissing: {
    event: "held",
    meaning: "The environment has no engine of the kind that runs the process.",
    toDo: "Add one under `engines` in pinion.yaml, or pin it elsewhere; `pinion validate --config pinion.yaml` shows the same finding.",
  },
  EngineChanged: {
    event: "held",
    meaning: "process.yaml names another kind of engine than the one in which the process runs.",
    toDo: "Name the kind that it had, or take its pin out until nothing of it is installed, and pin it again.",
  },
  EnvironmentUnusable: {
    event: null,
    meaning:
      "environment.yaml cannot be used: nothing new is deployed and nothing is taken out. What runs keeps running, and what is under way is judged, and taken back if it is bad, by the settings of the last commit in which they could be used.",
    toDo: "`pinion validate` names the line. Pins of later commits, also a `git revert`, have no effect until it is fixed; `pinion recover ENV/PROCESS` takes back what is bad at once.",
  },
  NotComparedYet: { event: null, meaning: "No pass has looked at it yet.", toDo: null },
  Unrecorded: { event: null, meaning: "Written by a release that recorded no code.", toDo: null },
} as const satisfies Record<string, Meaning>;

const codes: ReadonlySet<string> = new Set(Object.keys(reasonCatalogue));

export function isReasonCode(value: unknown): value is ReasonCode {
  return typeof value === "string" && codes.has(value);
}

export function isSameReason(one: Reason, other: Reason): boolean {
  return one.code === other.code && one.text === other.text && one.about === other.about;
}

/** The first of them that there is gives the code; all say something. */
export function joinReasons(first: Reason, ...others: readonly (Reason | string | null)[]): Reason {
  const texts = others.flatMap((other) => (other === null ? [] : [typeof other === "string" ? other : other.text]));
  return texts.length === 0 ? first : { ...first, text: [first.text, ...texts].join("; ") };
}
