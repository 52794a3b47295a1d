/**
 * Events in the words of CDEvents (0.4.1, https://cdevents.dev): a process in an environment is a `service`. What CDEvents has
 * no word for has a type of Pinion's own, in the same shape.
 */

import { assertNever } from "../../../domain/names.ts";
import type { PinionEvent } from "../../../domain/journal/events.ts";

/** What a CloudEvent carries as its `data`. */
export interface CdEvent {
  readonly context: {
    readonly version: string;
    readonly id: string;
    readonly source: string;
    readonly type: string;
    readonly timestamp: string;
    /** The same for all events of one deployment. */
    readonly chainId?: string;
  };
  readonly subject: {
    readonly id: string;
    readonly source: string;
    readonly type: "service" | "environment";
    readonly content: Readonly<Record<string, unknown>>;
  };
  /** All that Pinion knows of it, whatever the type. */
  readonly customData: Readonly<Record<string, unknown>>;
  readonly customDataContentType: "application/json";
}

/** `source`: who tells, as a URI reference. */
export function cdEventOf(event: PinionEvent, source: string): CdEvent {
  const context = { version: "0.4.1", id: event.id, source, type: typeOf(event), timestamp: new Date(event.at).toISOString() };
  return {
    context: event.deployment === null ? context : { ...context, chainId: event.deployment },
    subject: event.process === null ? environmentSubject(event, source) : serviceSubject(event, event.process, source),
    customData: customData(event),
    customDataContentType: "application/json",
  };
}

/** The CloudEvents `type` of an event. */
export function typeOf(event: PinionEvent): string {
  switch (event.kind) {
    case "succeeded":
      return `dev.cdevents.service.${succeededHow(event)}.0.2.0`;
    case "rolled-back":
      return `dev.cdevents.service.${event.from === null ? "removed" : "rolledback"}.0.2.0`;
    case "started":
    case "failed":
    case "held":
      return `dev.pinion.deployment.${event.kind}.0.1.0`;
    case "taken-out":
      return "dev.pinion.process.takenout.0.1.0";
    case "drift":
      return "dev.pinion.process.drifted.0.1.0";
    case "git-lags":
      return "dev.pinion.repository.lagging.0.1.0";
    case "store-failing":
      return "dev.pinion.environment.store-failing.0.1.0";
    case "gateway-down":
    case "gateway-up":
    case "engine-down":
    case "engine-up":
      return `dev.pinion.${event.kind.replace("-", ".")}.0.1.0`;
    case "secrets-changed":
      return "dev.pinion.environment.secrets-changed.0.1.0";
    case "frozen":
    case "unfrozen":
      return `dev.pinion.environment.${event.kind}.0.1.0`;
    default:
      return assertNever(event.kind);
  }
}

function succeededHow({ version, from }: PinionEvent): "deployed" | "upgraded" | "removed" {
  if (version === null) return "removed";
  return from === null ? "deployed" : "upgraded";
}

function environmentSubject({ environment }: PinionEvent, source: string): CdEvent["subject"] {
  return { id: environment, source, type: "environment", content: { name: environment } };
}

function serviceSubject(event: PinionEvent, process: string, source: string): CdEvent["subject"] {
  const version = event.kind === "rolled-back" ? event.from : event.version;
  const artifact = version === null ? {} : { artifactId: `pkg:generic/${encodeURIComponent(process)}@${encodeURIComponent(version)}` };
  const content = { environment: { id: event.environment, source }, ...artifact };
  return { id: `${event.environment}/${process}`, source, type: "service", content };
}

function customData(event: PinionEvent): Readonly<Record<string, unknown>> {
  const { kind, environment, process, deployment, version, from, commit, trigger, code, why, changes = [] } = event;
  return { kind, environment, process, deployment, version, from, commit, trigger, code, why, changes };
}
