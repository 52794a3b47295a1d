/** What the parts of the library work on: a controller, in this process or in another. */

import type { Overview } from "../api/views.ts";
import type { LiveChanges } from "../domain/changes/recorded.ts";
import type { ProcessEvaluation } from "../domain/status/evaluation.ts";
import type { CommandResult, CommandSpec } from "../domain/journal/commands.ts";
import type { Deployment as DeploymentRecord } from "../domain/journal/state.ts";
import type { DeploymentPhase } from "../domain/journal/status.ts";
import type { HistoryPage } from "../api/history-pages.ts";
import type { Clock } from "../ports/clock.ts";
import type { Deployment } from "./deployment.ts";
import type { SemanticVersion } from "./semantic-version.ts";
import type { DeploymentStrategy, Environment, PublishedVersion, WorkflowVersion } from "./vocabulary.ts";

/** Who gives a command, and why. */
export interface CommandedBy {
  /** `Ann <ann@example.com>`, or a name; default: the user who is logged in. */
  readonly userId?: string;
  /** Stands in the history, and in the commit where there is one. */
  readonly reason?: string;
}

/** What a person tells the controller, and about what. */
export interface PinionCommand extends CommandedBy {
  /** Given twice it is one command. */
  readonly id?: string;
  readonly environment: string;
  readonly spec: CommandSpec;
}

/** Which deployments are asked for; newest first. */
export interface DeploymentQuery {
  readonly environment?: string;
  readonly process?: string;
  readonly phase?: DeploymentPhase;
  /** A part of the process's id, the version, the commit or the reason. */
  readonly q?: string;
  /** What `next` of the page before says. */
  readonly cursor?: string;
  /** 50 when not said. */
  readonly limit?: number;
}

/** What is to be deployed. */
export interface DeployRequest extends DeployOptions {
  readonly processId: string;
  /** The whole version, or one that is published already; null: the newest that may run there. */
  readonly version: WorkflowVersion | SemanticVersion | string | null;
  /** The whole environment, or the name of one that is configured already. */
  readonly environment: Environment | string;
  /** Null: as the environment says. */
  readonly strategy: DeploymentStrategy["strategy"] | null;
}

/** How long a deployment is waited for, and in whose name it is made. */
export interface DeployOptions extends CommandedBy {
  /** Gives it up: what is under way is aborted, and what ran before goes on. */
  readonly signal?: AbortSignal;
  /** `traffic`, the default: until it has all the traffic and is validated; `good`: until its bake time is over too. */
  readonly until?: "traffic" | "good";
}

/** A controller, as all parts of the library see it. */
export interface Pinion {
  /** The time it goes by. */
  readonly clock: Clock;
  /** What runs where, and what is under way. @throws `environment/unknown`, `process/unknown`. */
  overview(selection?: { readonly environment?: string; readonly process?: string }): Promise<Overview>;
  /** Why a process is as it is: every gate, what comes next, and what would change it. @throws `environment/unknown`, `process/unknown`. */
  why(environment: string, processId: string): Promise<ProcessEvaluation>;
  /**
   * What is in the engine in place of what was installed, asked now, and what was changed by hand before. @throws `environment/unknown`,
   * `process/unknown`, `engine/unreachable`.
   */
  live(environment: string, processId: string): Promise<LiveChanges>;
  /** As the journal has them, newest first: times are milliseconds since 1970. */
  history(query?: DeploymentQuery): Promise<readonly DeploymentRecord[]>;
  /** The same with how many there are, and what the next page is asked with. @throws `usage/invalid` for a cursor that no page has given. */
  historyPage(query?: DeploymentQuery): Promise<HistoryPage>;
  /** As the library shows them. */
  deployments(query?: DeploymentQuery): Promise<readonly Deployment[]>;
  /** @throws `deployment/unknown`. */
  deployment(id: string): Promise<Deployment>;
  /** What became of it. @throws `command/refused` with the reason, `command/unanswered`, `environment/unknown`, `process/unknown`. */
  command(command: PinionCommand): Promise<CommandResult>;
  /**
   * Deploys, and waits for it. @throws `deployment/by-commit` where deployments are commits to a repository; a `DeploymentError`
   * when what runs is what ran before; `manifest/invalid`, `usage/invalid`.
   */
  deploy(request: DeployRequest): Promise<Deployment>;
  /** What is under way goes on when its folder is opened again; who waits for it here is given `library/closed`, as every later call is. */
  close(): Promise<void>;
}

/** A controller in this process, with a config repository of its own. */
export interface EmbeddedPinion extends Pinion {
  /** Adds a version to the catalogue, without deploying it. @throws `manifest/invalid`, `usage/invalid`. */
  publish(version: WorkflowVersion): Promise<PublishedVersion>;
  /** Adds an environment, or changes one. @throws `manifest/invalid`, `usage/invalid`. */
  configure(environment: Environment): Promise<void>;
  /** Merges a rollback that waits for approval. @throws `usage/invalid` when none does. */
  approve(approvalId: string, userId?: string): Promise<void>;
  /** Lets a version that was taken back be deployed there again. */
  liftQuarantine(environment: string, processId: string, version: SemanticVersion | string): Promise<void>;
  /** Where the processes of an environment answer, without a trailing slash. */
  address(environment: string): string;
}
