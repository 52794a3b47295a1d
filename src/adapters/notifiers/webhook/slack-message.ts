/** An event as a message in a chat, for people. Mattermost and others read the `text`, Slack the `blocks`. */

import type { EventKind, PinionEvent } from "../../../domain/journal/events.ts";
import { escapeInvisible } from "../../../domain/safe-text.ts";

/** What an incoming webhook takes. */
export interface SlackMessage {
  readonly text: string;
  readonly blocks: readonly Readonly<Record<string, unknown>>[];
}

/** Slack takes 3000 characters in a block, and escaping makes up to five of one. */
const longestText = 500;
/** More belong into `pinion history`. */
const mostChanges = 3;

interface Words {
  readonly icon: string;
  /** Of an environment as a whole; null: it is always about a process. */
  readonly environment: string | null;
}

const words: Readonly<Record<EventKind, Words>> = {
  started: { icon: ":rocket:", environment: null },
  "taken-out": { icon: ":outbox_tray:", environment: null },
  held: { icon: ":hourglass_flowing_sand:", environment: "is held as it is" },
  succeeded: { icon: ":white_check_mark:", environment: null },
  failed: { icon: ":x:", environment: null },
  "rolled-back": { icon: ":rewind:", environment: null },
  drift: { icon: ":wrench:", environment: null },
  "git-lags": { icon: ":warning:", environment: null },
  "store-failing": { icon: ":floppy_disk:", environment: "is stopped: nothing can be recorded" },
  "gateway-down": { icon: ":rotating_light:", environment: "has no gateway just now" },
  "gateway-up": { icon: ":white_check_mark:", environment: "has its gateway again" },
  "engine-down": { icon: ":rotating_light:", environment: "lost an engine instance" },
  "engine-up": { icon: ":white_check_mark:", environment: "has its engine instance again" },
  "secrets-changed": { icon: ":key:", environment: "runs with values of secrets that have changed" },
  frozen: { icon: ":snowflake:", environment: "is frozen" },
  unfrozen: { icon: ":sunny:", environment: "continues" },
};

/** Everything that comes from outside is escaped: it can neither mention anybody nor hide a link. */
export function slackMessageOf(event: PinionEvent): SlackMessage {
  const headline = `${words[event.kind].icon} ${headlineOf(event)}`;
  const why = plain([event.why, ...(event.changes ?? []).slice(0, mostChanges)].filter((each) => each !== "").join("; "));
  const blocks = [section(why === "" ? headline : `${headline}\n${why}`), { type: "context", elements: [markdown(details(event))] }];
  return { text: why === "" ? headline : `${headline}: ${why}`, blocks };
}

function headlineOf(event: PinionEvent): string {
  const where = bold(event.environment);
  if (event.process === null) return `${where} ${environmentInWords(event.kind)}`;
  return `${subjectOf(event, event.process)} ${inWords(event)} in ${where}`;
}

function environmentInWords(kind: EventKind): string {
  return words[kind].environment ?? "continues";
}

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
    case "secrets-changed":
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
