/** Whom pinion.yaml wants to be told what happens. */

import { createCloudEventsNotifier } from "../adapters/notifiers/webhook/cloudevents.ts";
import { createSlackNotifier } from "../adapters/notifiers/webhook/slack.ts";
import type { NotificationConfig } from "../domain/config/config.ts";
import type { Clock } from "../ports/clock.ts";
import type { Notifier } from "../ports/notifier.ts";
import type { Secrets } from "../ports/secrets.ts";

export interface NotifyingParts {
  readonly notifications: readonly NotificationConfig[];
  /** Who tells: the config repository's address, free of secrets. */
  readonly source: string;
  readonly secrets: Secrets;
  readonly clock: Clock;
}

/** For one request, in milliseconds. */
const timeoutMs = 10_000;

export function createNotifiers({ notifications, source, secrets, clock }: NotifyingParts): readonly Notifier[] {
  return notifications.map((config) => {
    const options = { ...config, secrets, clock, timeoutMs };
    return config.type === "slack" ? createSlackNotifier(options) : createCloudEventsNotifier({ ...options, source });
  });
}
