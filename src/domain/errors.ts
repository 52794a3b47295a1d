/** Every error a user can meet: a stable code, what to do about it, and whether trying again can help. */

import type { Finding } from "./finding.ts";

interface ErrorKind {
  /** `later`: trying again may succeed without anybody doing anything. */
  readonly retry: "later" | "never";
  readonly hint: string;
}

const catalogue = {
  "config/invalid": { retry: "never", hint: "Fix pinion.yaml at the place named; `pinion init` writes one that works." },
  "config/not-found": {
    retry: "never",
    hint: "Run in the folder of your pinion.yaml, name it with --config, or write one with `pinion init`.",
  },
  "git/unreachable": { retry: "later", hint: "Check the repository URL and the network; Pinion tries again." },
  "git/refused": { retry: "later", hint: "Check the repository URL, the token or deploy key, and its rights to the repository." },
  "git/branch-missing": { retry: "later", hint: "Check `repository.branch`; what runs keeps running until the branch exists again." },
  "git/history-rewritten": {
    retry: "later",
    hint: "The branch no longer contains the deployed commit. Restore it, or accept the new history with `pinion run --accept-rewrite`.",
  },
  "git/protocol-not-allowed": { retry: "never", hint: "Use http(s) or ssh; file:// needs `repository.allowFile: true`." },
  "git/object-missing": { retry: "later", hint: "The mirror lacks an object; it is fetched again on the next poll." },
  "git/failed": { retry: "later", hint: "git reported a failure; the message says which." },
  "manifest/too-much": {
    retry: "later",
    hint: "What was read is kept, and the next poll continues. Split very large commits.",
  },
  "manifest/invalid": { retry: "never", hint: "`pinion validate` shows the same findings." },
  "engine/unreachable": { retry: "later", hint: "Check that the engine is up and that its address and token are right." },
  "engine/refused": { retry: "never", hint: "The engine does not accept this definition; fix the version and pin the new one." },
  "engine/unknown-node-type": {
    retry: "never",
    hint: "Install the node's package in the engine, or use a node type that the engine knows.",
  },
  "engine/contested": {
    retry: "later",
    hint: "Find out which other program deploys to this engine, and use separate engines.",
  },
  "router/unreachable": { retry: "later", hint: "Check that the gateway is up; until then it uses its last table." },
  "store/open-to-others": {
    retry: "never",
    hint: "The state folder contains tokens and the journal: only the user who runs Pinion may enter it.",
  },
  "router/refused": {
    retry: "never",
    hint: "Fix the path in a new version, and pin that; `pinion validate` reports such paths.",
  },
  "store/locked": { retry: "never", hint: "Another Pinion uses this state folder. Stop it first; the store has one writer." },
  "store/damaged": {
    retry: "never",
    hint: "Restore the journal from a backup, or move it away: Pinion rebuilds what it can from git and the engines.",
  },
  "store/too-new": {
    retry: "never",
    hint: "A newer Pinion wrote this state folder. Run that release, or restore a backup from before the upgrade.",
  },
  "store/full": {
    retry: "later",
    hint: "Free some space on the disk of the state folder. Nothing new is deployed until then; a running controller still moves traffic away from bad versions.",
  },
  "store/failed": { retry: "later", hint: "Check free space and rights of the state folder; nothing was recorded, so nothing is lost." },
  "system/port-taken": { retry: "later", hint: "Stop the program that uses it, or give Pinion another port." },
  "system/exhausted": {
    retry: "later",
    hint: "Raise the limit: `ulimit -n 65536` or LimitNOFILE=65536 for open files, the container's limit or NODE_OPTIONS=--max-old-space-size for memory.",
  },
  "secret/missing": {
    retry: "later",
    hint: "Give the controller the environment variable or the file that the environment's secret names.",
  },
  "secret/not-allowed": {
    retry: "later",
    hint: "List it under `environments` in pinion.yaml, if this environment may use it.",
  },
  "controller/unreachable": { retry: "later", hint: "Start it with `pinion run`, or name it with --controller URL." },
  "controller/starting": {
    retry: "later",
    hint: "It answers when its gateway is up; its log says what it waits for. `pinion wait ENVIRONMENT` waits for it.",
  },
  "controller/unauthorized": {
    retry: "never",
    hint: "Name the controller's pinion.yaml with --config, so that the token of its state folder is used, or set PINION_TOKEN_FILE or PINION_TOKEN.",
  },
  "controller/failed": { retry: "later", hint: "The controller's log has details; command and controller should have the same version." },
  "environment/unusable": {
    retry: "later",
    hint: "Fix its environment.yaml; `pinion validate` names the place. What runs keeps running.",
  },
  "environment/unknown": { retry: "never", hint: "`pinion status` lists the environments." },
  "process/unknown": { retry: "never", hint: "`pinion status` lists the processes." },
  "deployment/unknown": { retry: "never", hint: "`pinion history` lists the deployments with their ids." },
  "deployment/failed": {
    retry: "never",
    hint: "Its steps and validation results show the cause; fix the version, and deploy the new one.",
  },
  "deployment/by-commit": {
    retry: "never",
    hint: "Change the pin in the config repository: merging that deploys, and `pinion wait` waits for it.",
  },
  "library/closed": { retry: "never", hint: "Open it again: what was under way continues from its folder." },
  "command/refused": { retry: "never", hint: "`pinion status` and `pinion history` show what is under way." },
  "command/unanswered": {
    retry: "later",
    hint: "The command is recorded and will be carried out; `pinion history` will show it.",
  },
  "metric/unreachable": {
    retry: "later",
    hint: "Check the metric source's address in pinion.yaml; until it answers, its metrics give no verdict.",
  },
  "metric/refused": { retry: "never", hint: "Fix the query of the metric in environment.yaml." },
  "notify/unreachable": { retry: "later", hint: "Check the notification's address in pinion.yaml; it is tried again." },
  "notify/refused": { retry: "never", hint: "The receiver refuses it: check its address and token in pinion.yaml." },
  "usage/invalid": { retry: "never", hint: "`--help` shows the options with examples." },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof catalogue;

/** Whether a text, such as one that came over a wire, is a code of the catalogue. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(catalogue, text);
}

interface PinionErrorOptions {
  readonly cause?: unknown;
  readonly findings?: readonly Finding[];
  readonly retryAfterMs?: number | null;
}

/** An error that is somebody's to fix. Bugs stay plain `Error`s. */
export class PinionError extends Error {
  readonly code: ErrorCode;
  readonly findings: readonly Finding[];
  /** How long the server asked us to wait; null: it did not say. */
  readonly retryAfterMs: number | null;

  constructor(code: ErrorCode, message: string, options: PinionErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = "PinionError";
    this.code = code;
    this.findings = options.findings ?? [];
    this.retryAfterMs = options.retryAfterMs ?? null;
  }

  get hint(): string {
    return catalogue[this.code].hint;
  }

  get retry(): "later" | "never" {
    return catalogue[this.code].retry;
  }
}
