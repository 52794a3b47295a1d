/** Tells events to a chat through an incoming webhook as Slack has it; Mattermost, Rocket.Chat and others take the same. */

import type { Notifier } from "../../../ports/notifier.ts";
import { createReceiver, type ReceiverOptions } from "./receiver.ts";
import { slackMessageOf } from "./slack-message.ts";
import { isWanted, type Subscription } from "./subscription.ts";

export type SlackOptions = ReceiverOptions & Subscription;

/** An event that is told twice is a message twice: a chat cannot tell them apart. */
export function createSlackNotifier(options: SlackOptions): Notifier {
  const receiver = createReceiver(options);
  return {
    name: options.name,
    concerns: (event) => isWanted(options, event),
    notify: (event, signal) => receiver.post("application/json; charset=utf-8", JSON.stringify(slackMessageOf(event)), signal),
  };
}
