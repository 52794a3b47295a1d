/** An event as a message in a chat, for people. Mattermost and others read the `text`, Slack the `blocks`. */

import type { EventKind, PinionEvent } from "../../../domain/events.ts";
import { escapeInvisible } from "../../../domain/safe-text.ts";

/** What an incoming webhook takes. */
export interface SlackMessage {
  readonly text: string;
  readonly blocks: readonly Readonly<Record<string, unknown>>[];
}

/** Slack takes 3000 characters in a block, and escaping makes up to five of one. */
const longestText = 500;

const icons: Readonly<Record<EventKind, string>> = {
  started: ":rocket:",
  "taken-out": ":outbox_tray:",
  held: ":hourglass_flowing_sand:",
  succeeded: ":white_check_mark:",
  failed: ":x:",
  "rolled-back": ":rewind:",
  drift: ":wrench:",
  "git-lags": ":warning:",
  "store-failing": ":floppy_disk:",
  "gateway-down": ":rotating_light:",
  "gateway-up": ":white_check_mark:",
  "engine-down": ":rotating_light:",
  "engine-up": ":white_check_mark:",
  frozen: ":snowflake:",
  unfrozen: ":sunny:",
};

/** Everything that comes from outside is escaped: it can neither mention anybody nor hide a link. */
export function slackMessageOf(event: PinionEvent): SlackMessage {
  const headline = `${icons[event.kind]} ${headlineOf(event)}`;
  const why = plain(whyOf(event));
  const blocks = [section(why === "" ? headline : `${headline}\n${why}`), { type: "context", elements: [markdown(details(event))] }];
  return { text: why === "" ? headline : `${headline}: ${why}`, blocks };
}

/** Why an environment is frozen begins with that word, which the headline has said. */
function whyOf({ kind, why }: PinionEvent): string {
  return kind === "frozen" ? why.replace(/^frozen (?=by )/u, "") : why;
}

function headlineOf(event: PinionEvent): string {
  const where = bold(event.environment);
  if (event.process === null) return `${where} ${environmentInWords(event.kind)}`;
  return `${subjectOf(event, event.process)} ${inWords(event)} in ${where}`;
}

function environmentInWords(kind: EventKind): string {
  return wholeInWords[kind] ?? "goes on";
}

/** Of an environment as a whole. */
const wholeInWords: Partial<Readonly<Record<EventKind, string>>> = {
  "store-failing": "stands still: nothing can be recorded",
  "gateway-down": "has no gateway just now",
  "gateway-up": "has its gateway again",
  "engine-down": "lost an engine instance",
  "engine-up": "has its engine instance again",
  frozen: "is frozen",
};

/** A removal has no version. */
function subjectOf({ version, from, kind }: PinionEvent, process: string): string {
  if (version === null) return `${bold(process)}${from === null ? "" : ` ${plain(from)}`}`;
  const isStep = kind === "started" || kind === "succeeded";
  return isStep && from !== null ? `${bold(process)} ${plain(from)} → ${plain(version)}` : `${bold(process)} ${plain(version)}`;
}

function inWords({ kind, version, from }: PinionEvent): string {
  switch (kind) {
    case "started":
      return "is being deployed";
    case "taken-out":
      return "is being taken out";
    case "held":
      return "is held";
    case "succeeded":
      return version === null ? "is taken out" : "is deployed";
    case "failed":
      return "failed";
    case "rolled-back":
      return from === null ? "was rolled back" : `was rolled back to ${plain(from)}`;
    case "drift":
      return "was changed by hand";
    case "git-lags":
      return "is still pinned by git";
    case "store-failing":
      return "cannot be recorded";
    case "gateway-down":
    case "gateway-up":
    case "engine-down":
    case "engine-up":
    case "frozen":
    case "unfrozen":
      return environmentInWords(kind);
  }
}

function details({ at, trigger, commit, deployment }: PinionEvent): string {
  const seconds = Math.floor(at / 1_000);
  const parts = [
    `<!date^${seconds}^{date_short_pretty} {time_secs}|${new Date(at).toISOString()}>`,
    trigger === null ? "" : `trigger ${plain(trigger)}`,
    commit === null ? "" : `commit ${plain(commit.slice(0, 8))}`,
    deployment === null ? "" : plain(deployment),
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

function section(text: string): Readonly<Record<string, unknown>> {
  return { type: "section", text: markdown(text) };
}

function markdown(text: string): Readonly<Record<string, unknown>> {
  return { type: "mrkdwn", text };
}

function bold(text: string): string {
  return `*${plain(text)}*`;
}

/** The three characters that Slack gives a meaning of its own, and what nobody would see. */
function plain(text: string): string {
  const points = Array.from(escapeInvisible(text.replaceAll(/\s+/gu, " ")));
  const short = points.length > longestText ? `${points.slice(0, longestText - 1).join("")}…` : points.join("");
  return short.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
