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
  AsPinned: { event: null, meaning: "The pinned version runs and has all the traffic.", toDo: null },
  TakenOut: {
    event: null,
    meaning:
      "The process is no longer pinned and gets no traffic. It stays installed for `pruneDelay`, so that a revert restores it at once.",
    toDo: null,
  },
  Validating: { event: null, meaning: "Validations run before anything is installed or changed.", toDo: null },
  Installing: { event: null, meaning: "The new version is being installed. It has no traffic yet.", toDo: null },
  Checking: {
    event: null,
    meaning: "The health check and the smoke tests run against the private address of the new version.",
    toDo: null,
  },
  SwitchDelayed: {
    event: null,
    meaning: "The new version passed its checks. Pinion waits for `switchTrafficDelay` before it switches the traffic.",
    toDo: null,
  },
  HandingOver: {
    event: null,
    meaning: "Paths move from one process to another. The deployment waits until all processes of this change are ready.",
    toDo: null,
  },
  Switching: { event: null, meaning: "All traffic is being switched to the new version.", toDo: null },
  Shifting: { event: null, meaning: "Canary: the new version has a share of the traffic.", toDo: null },
  AwaitsPromotion: {
    event: "held",
    meaning: "The canary is at a pause without a duration. A person must promote it.",
    toDo: "Run `pinion promote ENV/PROCESS` to continue, or `pinion abort ENV/PROCESS` to go back.",
  },
  Rolling: { event: null, meaning: "Rolling: the new version is being installed on one batch of instances after the other.", toDo: null },
  PostDeploymentChecks: { event: null, meaning: "The new version has all the traffic. The post-deployment validations run.", toDo: null },
  Draining: { event: null, meaning: "The old version gets no new requests and finishes those in flight.", toDo: null },
  Baking: { event: null, meaning: "The new version has all the traffic. The triggers of the rollback policy watch it.", toDo: null },
  TakingOut: {
    event: null,
    meaning:
      "The running version is losing its traffic, because the process is no longer pinned or because the strategy removes the old version first.",
    toDo: null,
  },
  Removing: { event: null, meaning: "A version that is no longer needed is being removed from the engine.", toDo: null },
  GoingBack: {
    event: null,
    meaning: "The new version was rejected. The traffic goes back to the version before it, or is back already.",
    toDo: null,
  },
  ActionRefused: {
    event: null,
    meaning: "The engine or the gateway refused an action that the next step needs. Pinion tries again.",
    toDo: "Read the text: it says what was refused.",
  },
  HandEditUndone: {
    event: null,
    meaning: "A manual change in the engine was undone. `pinion history --id ID` shows what was changed.",
    toDo: null,
  },
  GitWritten: { event: null, meaning: "The commit that reverts a pin is written, is proposed on a branch, or is not needed.", toDo: null },
  RolledBack: {
    event: "held",
    meaning: "The version was rejected while it had traffic, and was rolled back.",
    toDo: "Fix the process, publish a new version and pin it. `pinion history --id ID` shows why the version was rejected.",
  },
  KillsEngine: {
    event: "held",
    meaning:
      "The engine process ended several times while this version ran, and no other version can be the cause. A version that was being deployed was rolled back. A version that was stable stays, and the other processes of the environment are down each time the engine ends.",
    toDo: 'Find what ends the engine process (`process.exit`, memory, an endless loop) and pin a fixed version. Until then, `pinion rollback ENV/PROCESS --reason "…"` goes back to the version before.',
  },
  DeploymentFailed: {
    event: "held",
    meaning: "The deployment failed before the version had traffic, or a manual change could not be undone.",
    toDo: "Run `pinion retry ENV/PROCESS` to try again, or pin another version.",
  },
  AwaitsDependency: {
    event: "held",
    meaning:
      "The deployment failed while a process that it calls was being rolled back, or up to one minute before. Pinion tries again once, when that process is healthy.",
    toDo: null,
  },
  Superseded: { event: null, meaning: "A newer commit pins another version.", toDo: null },
  Aborted: { event: "held", meaning: "A person aborted the deployment.", toDo: "Run `pinion retry ENV/PROCESS` to try again." },
  NotJudged: {
    event: "held",
    meaning:
      "There is no verdict: the metrics gave none in time, or the file of the version could no longer be read while it was deployed.",
    toDo: "Check that the metrics can give a verdict (enough traffic, a source that answers), or fix the file; then run `pinion retry ENV/PROCESS`.",
  },
  PersonMustDecide: {
    event: "held",
    meaning:
      "The version was found bad, or could not be judged. It stays as it is, because the rollback policy requires a person to decide.",
    toDo: 'Read the text: it says why Pinion does not roll back. Run `pinion rollback ENV/PROCESS --reason "…"` to go back where that is possible, or `pinion promote ENV/PROCESS` to keep a version that was not judged.',
  },
  Frozen: {
    event: "held",
    meaning: "The environment is frozen. No new version is deployed there.",
    toDo: 'Run `pinion unfreeze ENV --reason "…"`.',
  },
  Paused: { event: "held", meaning: "A person paused the deployment.", toDo: "Run `pinion resume ENV/PROCESS`." },
  WaitsForDependency: { event: null, meaning: "The version needs another process in a version that is being deployed now.", toDo: null },
  DependencyMissing: {
    event: "held",
    meaning: "The version needs another process in a version that is not running and not being deployed.",
    toDo: "Pin a version of that process in the range that the text names.",
  },
  WaitsForTurn: {
    event: null,
    meaning: "The environment already runs as many deployments as `maxConcurrentDeployments` allows.",
    toDo: null,
  },
  Deadlocked: {
    event: "held",
    meaning:
      "Deployments wait for each other. A path moves only when the process that gives it up and the process that takes it over are both ready, and one of them starts only when another one serves its new version. Without a new commit they all time out.",
    toDo: "Use two commits: revert one of the pins, and pin it again when the other processes serve. `pinion plan` and `pinion validate --base` report this before the merge (`pin/deadlock`).",
  },
  Quarantined: {
    event: "held",
    meaning: "The pinned version is in quarantine.",
    toDo: "Pin another version, or remove its entry from quarantine.yaml.",
  },
  PinUnusable: {
    event: "held",
    meaning: "The pinned version cannot be deployed here. The text names the file and the finding.",
    toDo: "`pinion validate` shows the same finding.",
  },
  NotRemoved: {
    event: "held",
    meaning: "The process is no longer pinned, but it is not removed: the missing pin may be a mistake, or the environment is frozen.",
    toDo: "Fix the errors of the environment. If you removed all pins on purpose, set `allowEmpty: true`.",
  },
  Drifted: {
    event: "drift",
    meaning: "The running version was changed by hand, and `selfHeal` is off.",
    toDo: "Undo the change by hand, or set `selfHeal: true`.",
  },
  HealingDrift: { event: "drift", meaning: "The running version was changed by hand. Pinion is undoing the change.", toDo: null },
  Healing: {
    event: null,
    meaning: "The running version is not complete, for example because an instance restarted empty. Pinion is restoring it.",
    toDo: null,
  },
  NotRestored: {
    event: "held",
    meaning: "The running version is not complete and could not be restored.",
    toDo: "Read the text: it says what was refused.",
  },
  EngineUnknown: {
    event: null,
    meaning: "The engine does not answer. The status shows the last known state. Deployments wait until the engine answers.",
    toDo: "Check the engine and `pinion status`.",
  },
  RouterUnknown: {
    event: null,
    meaning: "The gateway does not answer. The status shows the last known state. Deployments wait until the gateway answers.",
    toDo: "Check the gateway and `pinion status`.",
  },
  EngineMissing: {
    event: "held",
    meaning: "The environment has no engine of the kind that the process needs.",
    toDo: "Add an engine of this kind under `engines` in pinion.yaml, or pin the process in another environment. `pinion validate --config pinion.yaml` shows the same finding.",
  },
  EngineChanged: {
    event: "held",
    meaning: "process.yaml names another engine kind than that of the engine in which the process runs.",
    toDo: "Restore the former engine kind. Or remove the pin, wait until the process is no longer installed, and pin it again.",
  },
  EnvironmentUnusable: {
    event: null,
    meaning:
      "environment.yaml cannot be used. Nothing new is deployed and nothing is removed. Running versions keep running. Deployments under way are judged, and rolled back if they are bad, by the settings of the last commit in which the file could be used.",
    toDo: "Run `pinion validate`: it names the line. Until the file is fixed, newer pins have no effect, and neither has a `git revert`. `pinion recover ENV/PROCESS` rolls back a bad version at once.",
  },
  NotComparedYet: { event: null, meaning: "The controller has not compared this process yet.", toDo: null },
  Unrecorded: { event: null, meaning: "Recorded by an older release that had no reason codes.", toDo: null },
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
