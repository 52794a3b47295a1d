/** Tells events as CloudEvents 1.0 over HTTP, in the structured mode: one JSON document for each. */

import type { PinionEvent } from "../../../domain/journal/events.ts";
import type { Notifier } from "../../../ports/notifier.ts";
import { cdEventOf } from "./cdevents.ts";
import { createReceiver, type ReceiverOptions } from "./receiver.ts";
import { isWanted, type Subscription } from "./subscription.ts";

export interface CloudEventsOptions extends ReceiverOptions, Subscription {
  /** Who tells, as a URI reference, such as the address of the config repository; with an event's id it is unique. */
  readonly source: string;
}

/** Repeated events have the same `id`, by which a receiver can tell them apart from new ones. */
export function createCloudEventsNotifier(options: CloudEventsOptions): Notifier {
  const receiver = createReceiver(options);
  return {
    name: options.name,
    concerns: (event) => isWanted(options, event),
    notify: (event, signal) =>
      receiver.post("application/cloudevents+json; charset=utf-8", JSON.stringify(cloudEventOf(event, options.source)), signal),
  };
}

/** The whole document. */
export function cloudEventOf(event: PinionEvent, source: string): Readonly<Record<string, unknown>> {
  const data = cdEventOf(event, source);
  return {
    specversion: "1.0",
    id: event.id,
    source,
    type: data.context.type,
    subject: data.subject.id,
    time: data.context.timestamp,
    datacontenttype: "application/json",
    data,
  };
}
