/** One deployment under way: what is journaled of it, what its strategy sees, and what its strategy answers. */

import type { Action } from "./actions.ts";
import type { Verdict } from "../validation-result.ts";
import type { OnInconclusive, StrategySpec } from "../desired/environment.ts";
import type { CommitId, Digest, Instant, Percent, ProcessId, UnitRef } from "../names.ts";
import type { Pause } from "./people.ts";
import type { ReasonCode } from "./reason.ts";
import type { Known } from "../observed/observation.ts";
import type { TakenBack } from "../observed/route.ts";
import type { PublicEndpoint } from "../desired/unit.ts";

/** Journaled as JSON: add a kind when you must, never rename one. */
export type RolloutState =
  /** Pre-deployment validations run; nothing has been touched. */
  | { readonly kind: "validating" }
  | { readonly kind: "installing" }
  /** Installed without traffic; health check and smoke tests run on its private address. */
  | { readonly kind: "checking" }
  /** Passed; waits out `switchTrafficDelay`. */
  | {
      readonly kind: "waiting";
      readonly since: Instant;
      /** A person has ended the wait. */
      readonly hasPassed?: true;
    }
  /** Ready for the traffic; waits for those that take its paths over, or give it theirs, so that all change owner at once. */
  | { readonly kind: "handing-over"; readonly since: Instant }
  | { readonly kind: "switching" }
  /** Shares the traffic with the stable version (canary). `step` counts the spec's steps from 0; `since`: when that step began. */
  | {
      readonly kind: "shifting";
      readonly step: number;
      readonly weight: Percent;
      readonly since: Instant;
      /** All its steps are over, or a person has ended them: it gets the rest together with those that take over what only the stable version answers. */
      readonly hasPassed?: true;
    }
  /** These instances are out of rotation, and what is in flight there finishes (rolling). */
  | Batch<"draining-batch">
  /** The new version comes in on them, beside the old one. */
  | Batch<"updating">
  /** It is checked there, on its private addresses. */
  | Batch<"verifying">
  /** They are put back into rotation, with the new version. */
  | Batch<"restoring">
  /** `batchDelay` between two batches. */
  | {
      readonly kind: "pausing";
      readonly done: readonly string[];
      readonly since: Instant;
      /** A person's word takes the place of a verdict, until the next pause. */
      readonly isAccepted?: boolean;
    }
  /** Has all the traffic; post-deployment validations run through the router. */
  | { readonly kind: "post-deployment" }
  /** What is in flight on the old version finishes. */
  | { readonly kind: "draining"; readonly since: Instant }
  /** The old version is taken out before the new one comes in (recreate), or the process has left the pins. */
  | { readonly kind: "clearing"; readonly since: Instant }
  /** `unjudged`: why there was no verdict about the candidate; absent: it was judged, or is judged later. */
  | { readonly kind: "removing"; readonly unjudged?: string }
  /** Has all the traffic and passed everything; the rollback policy's triggers decide whether it stays. */
  | {
      readonly kind: "baking";
      readonly since: Instant;
      readonly until: Instant;
      /** It lost its traffic, and not by us, or not as far as we remember: watched from the beginning once it has it again. */
      readonly hasLostTraffic?: true;
      /** A person took it as good although there was no verdict. */
      readonly isAccepted?: boolean;
    }
  /** Bad: the traffic goes back to, or stays on, the stable version and the candidate is removed. */
  | {
      readonly kind: "rejected";
      readonly why: string;
      readonly since: Instant;
      readonly hadTraffic: boolean;
      /** What rejected it, for machines: `error_rate`, `analysis`, `post_validation`, `timeout`, `abort`, … */
      readonly trigger: string;
      /** The stable version is gone and cannot be installed again; then no version gets the traffic. */
      readonly isStableLost?: boolean;
    };

interface Batch<K extends string> {
  readonly kind: K;
  /** Instances that have the new version already. */
  readonly done: readonly string[];
  readonly batch: readonly string[];
  readonly since: Instant;
  /** They are the last, and stay in rotation with the old version until others take over what only that one answers. */
  readonly isKeptIn?: true;
}

/** What makes Pinion start a deployment. `self-heal` puts back what was changed by hand; `prune` removes a process that left the pins. */
export type DeploymentKind = "deploy" | "rollback" | "self-heal" | "prune";

/** One process of those whose paths changed owner in one write: what had its traffic before, and what has it since; null: nothing. */
export interface Exchange {
  readonly process: ProcessId;
  readonly before: UnitRef | null;
  readonly after: UnitRef | null;
  /** Requests that it gave up to one of the others. */
  readonly gave: readonly string[];
}

export interface Rollout {
  readonly deployment: string;
  readonly process: ProcessId;
  readonly kind: DeploymentKind;
  readonly commit: CommitId;
  /** What had the traffic when it began; null for a first deployment. */
  readonly stable: UnitRef | null;
  /** Where that is called, which cannot be asked for once it is gone; absent in what older releases began. */
  readonly stableEndpoints?: readonly PublicEndpoint[];
  /** What shall have it; null for `prune`. */
  readonly candidate: UnitRef | null;
  /** Digest of the candidate's definition, where it is known; absent in what older releases began. */
  readonly definition?: Digest;
  readonly strategy: StrategySpec;
  /** Straight back to a version that was good here: no checks and no delay before the switch. */
  readonly fast: boolean;
  /** It failed before, while what it calls was being rolled back. */
  readonly isSecondTry?: true;
  /** A canary that got all the traffic at once, since its paths changed owner: its metrics judge it while it is watched. */
  readonly isUnshared?: true;
  /** A process that it calls and that was being rolled back when it was rejected. */
  readonly awaits?: ProcessId;
  readonly startedAt: Instant;
  /** All processes with which paths changed owner when it got its traffic, and itself; absent: none. */
  readonly exchanged?: readonly Exchange[];
  /** When it fails by `deploymentTimeout`, or by a canary's `maxDuration`. Time spent paused is added. */
  readonly deadline: Instant;
  /** How much time was lost, in all runs, when it was looked at last; absent in what older releases began. */
  readonly lostMs?: number;
  /** Null: it is not paused. */
  readonly paused: Pause | null;
  /** When the candidate was first given all the traffic; null: not yet. */
  readonly switchedAt: Instant | null;
  readonly state: RolloutState;
}

/** The last refusal of an owed action of this process. */
export interface Stuck {
  readonly action: Action;
  readonly code: string;
  readonly detail: string;
  readonly retry: "later" | "never";
  readonly attempts: number;
  /** What was in force then; absent in what older releases wrote. Another commit may fix what is refused for good. */
  readonly commit?: CommitId;
}

/** A verdict of metrics, and what it is named after when it is bad. */
export type Judgement = Verdict & { readonly trigger: string };

/** What a strategy may look at. */
export interface RolloutView {
  readonly now: Instant;
  /** How long nothing could be recorded since it began, in milliseconds: added to its deadline. */
  readonly heldUpMs: number;
  /** Installed, unchanged and answering on every instance. */
  readonly candidateReady: Known<boolean>;
  /** Whether the stable version is still installed; false when there is none. */
  readonly stableInstalled: Known<boolean>;
  readonly candidateInstalled: Known<boolean>;
  readonly candidateWeight: Known<Percent>;
  readonly stableWeight: Known<Percent>;
  /** Whether schedules and subscriptions fire in the candidate and nowhere else. */
  readonly candidateArmed: Known<boolean>;
  /** The same of the stable version; false when there is none. */
  readonly stableArmed: Known<boolean>;
  /** Requests and messages still being worked on, router and engine together. */
  readonly stableInFlight: Known<number>;
  readonly candidateInFlight: Known<number>;
  /** By phase; `unknown` while a validation still runs. */
  readonly pre: Verdict;
  readonly during: Verdict;
  readonly post: Verdict;
  /** Of what proves that a rollback worked. */
  readonly verification: Verdict;
  /** Whether the environment wants such a proof. */
  readonly wantsVerification: boolean;
  /** Of the metrics, while the candidate has traffic. */
  readonly analysis: Judgement;
  /** What is proven against the candidate by the ends of its engine's process; absent: nothing. */
  readonly killing?: string;
  /** It was rejected already, and lost its traffic, by a run that could not record it; absent: it was not. */
  readonly takenBack?: TakenBack;
  /** Of the rollback policy's triggers: unhealthy when one fires. */
  readonly triggers: Judgement;
  /** Whether the router's targets are where the versions with traffic answer now. */
  readonly isRouted: Known<boolean>;
  /** For strategies that go from instance to instance. */
  readonly instances: Known<readonly InstanceView[]>;
  readonly stuck: Stuck | null;
  readonly drainTimeoutMs: number;
  /** Whether all that it is watched by has been measured long enough without a gap, so that its silence means something. */
  readonly isBaked: boolean;
  /** How long a version that has all the traffic is watched, by the rollback policy or until its metrics have a verdict; 0: not at all. */
  readonly bakeMs: number;
  /** Of all that it is watched by. */
  readonly bake: Verdict;
  /** The longest window of the metrics that judge it: what has no verdict after that has too little traffic. */
  readonly judgeMs: number;
  readonly onInconclusive: OnInconclusive;
}

/** One engine instance, as a rollout sees it. */
export interface InstanceView {
  readonly id: string;
  readonly isUp: boolean;
  /** Installed there, unchanged, and answering. */
  readonly candidateReady: boolean;
  readonly stableReady: boolean;
  /** Requests and messages of the stable version that are being worked on there. */
  readonly stableInFlight: Known<number>;
  /** Whether the router sends it traffic of this process, to where it answers now. */
  readonly inRotation: boolean;
}

/** What a strategy decides: the next state, how the world should be in it, and why. */
export interface StrategyStep {
  readonly state: RolloutState;
  readonly actions: readonly Action[];
  readonly why: string;
  /** Where it is not what its state says. */
  readonly code?: ReasonCode;
  /** Where `why` has figures that change: while it is about the same, the line that is shown stays, and nothing is written anew. */
  readonly about?: string;
  /** Where it ends well although there was no verdict: why there was none. */
  readonly unjudged?: string;
  /** Set when the rollout is over. */
  readonly outcome: "succeeded" | "failed" | "superseded" | null;
  /** When to look again without any event; null: an event will come. */
  readonly wakeAt: Instant | null;
}
