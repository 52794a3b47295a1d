/** `gateway.json`: where a gateway is found, and the token of its control port. Readable by its owner only. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeDurably } from "./table-file.ts";

/** Who serves this state folder, now or before. */
export interface Identity {
  readonly pid: number;
  /** Base of the public port. */
  readonly url: string;
  /** What it listens on, as it was asked to. */
  readonly host: string;
  readonly controlUrl: string;
  readonly token: string;
  /** ISO 8601. */
  readonly startedAt: string;
}

/** The identity left in a state folder; null when there is none, or none that can be read. */
export function readIdentity(stateDirectory: string): Identity | null {
  try {
    return parseIdentity(JSON.parse(readFileSync(identityFile(stateDirectory), "utf8")));
  } catch {
    return null;
  }
}

/** Resolves once it is on disk. */
export async function writeIdentity(stateDirectory: string, identity: Identity): Promise<void> {
  await writeDurably(identityFile(stateDirectory), `${JSON.stringify(identity, null, 2)}\n`, 0o600);
}

/** Whether a process with this id is there; it may be another one by now. One that has ended is not, also while nobody has collected it. */
export function isAlive(pid: number): boolean {
  if (isUncollected(pid)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** In a container whose first process collects nobody's children, what was left running stays in the table of processes when it ends. */
function isUncollected(pid: number): boolean {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field may hold anything, so the third is found from the last parenthesis.
    return "ZX".includes(text.charAt(text.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}

/** The port in a URL. */
export function portOf(url: string): number {
  return Number(new URL(url).port);
}

function identityFile(stateDirectory: string): string {
  return join(stateDirectory, "gateway.json");
}

function parseIdentity(value: unknown): Identity | null {
  if (typeof value !== "object" || value === null) return null;
  const { pid, url, host, controlUrl, token, startedAt } = value as Readonly<Record<string, unknown>>;
  if (!isProcessId(pid) || !isUrl(url) || !isUrl(controlUrl) || !isText(host) || !isText(token) || !isText(startedAt)) return null;
  return { pid, url, host, controlUrl, token, startedAt };
}

function isProcessId(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isUrl(value: unknown): value is string {
  return isText(value) && URL.canParse(value);
}
