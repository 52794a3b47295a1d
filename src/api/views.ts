/** What surfaces may ask of a controller, and the few things they may tell it. */

import type { HandEdit, LiveChanges } from "../domain/changes/recorded.ts";
import type { Finding } from "../domain/finding.ts";
import type { GatewayStatus } from "../domain/observed/gateway-status.ts";
import type { CommitId, EnvironmentName, Instant, ProcessId } from "../domain/names.ts";
import type { ProcessEvaluation } from "../domain/status/evaluation.ts";
import type { Freeze, Command, CommandResult } from "../domain/journal/commands.ts";
import type { Progress } from "../domain/journal/progress.ts";
import type { Quarantined } from "../domain/journal/revert.ts";
import type { RequestRate } from "../domain/observed/request-rate.ts";
import type { RevertView } from "../domain/journal/revert-view.ts";
import type { Deployment } from "../domain/journal/state.ts";
import type { ProcessStatus } from "../domain/journal/status.ts";
import type { StoreFailure } from "../domain/status/store-failure.ts";
import type { EngineInstance } from "../domain/desired/unit.ts";
import type { HistoryPage, HistoryQuery } from "../ports/journal.ts";

/** How far the config repository can be followed. Contains no secret. */
export interface RepositoryStatus {
  readonly url: string;
  readonly branch: string;
  /** Null before the first fetch. */
  readonly commit: CommitId | null;
  readonly subject: string | null;
  readonly author: string | null;
  readonly committedAt: Instant | null;
  /** When that commit had been fetched. */
  readonly fetchedAt: Instant | null;
  /** `starting` until the first snapshot; `error`: the last poll or fetch failed, what runs keeps running. */
  readonly state: "starting" | "ok" | "error";
  /** Error code of the catalogue; null without an error. */
  readonly code: string | null;
  readonly reason: string;
  readonly since: Instant;
  readonly lastPollAt: Instant | null;
  /** The last one that went well. */
  readonly lastGoodPollAt: Instant | null;
  readonly nextPollAt: Instant | null;
}

export interface EnvironmentStatus {
  readonly name: EnvironmentName;
  /** When engine and router were last asked, with whatever answer: what is shown is as of then. Null: not yet. */
  readonly observedAt: Instant | null;
  readonly type: string;
  /** Base of the public address, without a trailing slash. */
  readonly url: string;
  readonly instances: readonly EngineInstance[];
  /** What people should know of its engine, one line each. */
  readonly notes?: readonly string[];
  /** What is wrong with the environment as a whole. */
  readonly findings: readonly Finding[];
  /** In order of process id. */
  readonly processes: readonly ProcessView[];
  /** Null: not frozen. */
  readonly freeze: Freeze | null;
}

/** A process's status, with what changes from second to second and is asked anew each time. */
export interface ProcessView extends ProcessStatus {
  /** How often it was called of late; null, or left out: not known. */
  readonly requests?: RequestRate | null;
  /** Of the rollout under way; null: none. */
  readonly progress: Progress | null;
  /** The revert that git does not have yet ("git lags runtime"); null: git and runtime agree. */
  readonly revert: RevertView | null;
  readonly quarantined: readonly Quarantined[];
  /** What of it is changed by hand in the engine; null, or left out: nothing, or it is not read yet. */
  readonly drift?: HandEdit | null;
  /** Why no waiting brings it to what is pinned, only a commit or a person can; null: it is there, or may still come. */
  readonly deadEnd: string | null;
}

export interface Overview {
  /** The controller's time as of this answer, to which all others in it refer; left out: the time of the client. */
  readonly now?: Instant;
  /** Why nothing can be recorded, such as a full disk; null: all is well. */
  readonly store: StoreFailure | null;
  /** How the gateway is that the controller keeps up; null, or left out: it keeps none. */
  readonly gateway?: GatewayStatus | null;
  readonly repository: RepositoryStatus;
  readonly environments: readonly EnvironmentStatus[];
  /** All findings of the newest commit, also of what is pinned nowhere. */
  readonly findings: readonly Finding[];
}

export interface Queries {
  overview(): Promise<Overview>;
  /** From memory, as the overview is. @throws `environment/unknown`, `process/unknown`. */
  why(environment: EnvironmentName, process: ProcessId): Promise<ProcessEvaluation>;
  /** Newest first. */
  history(query: HistoryQuery): Promise<readonly Deployment[]>;
  historyPage(query: HistoryQuery): Promise<HistoryPage>;
  /** What is in the engine instead of what was installed, asked now. @throws `process/unknown`, `engine/unreachable`. */
  live(environment: EnvironmentName, process: ProcessId): Promise<LiveChanges>;
  /** What was answered to a command; null: not yet, or never heard of. */
  result(environment: EnvironmentName, id: string): Promise<CommandResult | null>;
}

export interface Commands {
  /** Polls the repository and looks at all engines now, instead of at the next interval. */
  refresh(): void;
  /**
   * Records a command and resolves with what became of it. The same id given again is the same command.
   * @throws `environment/unknown`, `process/unknown`, and `command/unanswered` when it is recorded but not decided about in time.
   */
  command(command: Command): Promise<CommandResult>;
}
