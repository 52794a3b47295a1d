/** What is kept on disk of one embedded instance, so that the next controller finds it again. Readable by its owner only. */

import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, readFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Digest, UnitRef } from "../../../domain/names.ts";
import { writeDurably } from "../../../platform/durable-file.ts";
import { isObject } from "./flow-nodes.ts";
import type { OsProcess } from "./os-process.ts";

export interface InstanceRecord {
  readonly port: number;
  readonly token: string;
  readonly credentialSecret: string;
  /** Whom its process runs as; null: as the controller. */
  readonly uid: number | null;
  /** Null between writing the record and having started the process. */
  readonly process: OsProcess | null;
}

const logLimitBytes = 5 * 1024 * 1024;
const keptOfLogBytes = 1024 * 1024;
const longestQuoteBytes = 4_000;
/** Some hundreds of versions at work; of more nobody is named. */
const longestRecordBytes = 65_536;

/** Null when there never was one, or what is there cannot be used. */
export async function readRecord(directory: string): Promise<InstanceRecord | null> {
  try {
    return parseRecord(JSON.parse(await readFile(recordFile(directory), "utf8")));
  } catch {
    return null;
  }
}

/** Whole or not at all. */
export async function writeRecord(directory: string, record: InstanceRecord): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await rm(join(directory, "child.json"), { force: true });
  await writeDurably(recordFile(directory), JSON.stringify(record), 0o600);
}

export function newToken(): string {
  return randomBytes(24).toString("base64url");
}

export function newRecord(port: number): InstanceRecord {
  return {
    port,
    uid: null,
    token: newToken(),
    credentialSecret: randomBytes(24).toString("base64url"),
    process: null,
  };
}

/** The file of `openAtWork`, as the child has it. */
const atWorkFd = 3;

/** What the child is told when it starts. */
export function childSettings(userDir: string, { port, token, credentialSecret }: InstanceRecord, drainMs: number): object {
  const tokenDigest = createHash("sha256").update(token).digest("hex");
  return { port, tokenDigest, credentialSecret, drainMs, userDir, atWorkFd };
}

/** Where the child records what it works on: empty at first. */
export async function openAtWork(directory: string): Promise<FileHandle> {
  return open(join(directory, "at-work.json"), "w", 0o600);
}

/** Whose work was under way when a child ended. */
export interface AtWork {
  /** One that ran just then. */
  readonly isSure: boolean;
  readonly units: readonly UnitRef[];
}

/** Null: nobody knows. */
export async function readAtWork(directory: string): Promise<AtWork | null> {
  try {
    const [line = ""] = (await readStart(join(directory, "at-work.json"), longestRecordBytes)).split("\n", 1);
    return line === "" ? { isSure: false, units: [] } : parseAtWork(JSON.parse(line));
  } catch {
    return null;
  }
}

function parseAtWork(written: unknown): AtWork | null {
  if (!isObject(written) || !Array.isArray(written["units"])) return null;
  const units = written["units"].flatMap((unit: unknown) => parseUnit(unit) ?? []);
  return units.length < written["units"].length ? null : { isSure: written["isSure"] === true && units.length === 1, units };
}

/** Null where it is none. */
export function parseUnit(written: unknown): UnitRef | null {
  if (!isObject(written)) return null;
  const { process, version, digest } = written;
  if (!isName(process) || !isName(version) || !isDigest(digest)) return null;
  return { process, version, digest };
}

/** Flows can write the record too, and it is quoted to people. */
function isName(written: unknown): written is string {
  return typeof written === "string" && /^[\w.+-]{1,200}$/u.test(written);
}

function isDigest(written: unknown): written is Digest {
  return typeof written === "string" && /^sha256-[0-9a-f]{64}$/u.test(written);
}

/** What fired in an earlier life may fire on another instance now; the plugin reads this when it starts. */
export async function forgetArmed(userDir: string): Promise<void> {
  await rm(join(userDir, "pinion-armed.json"), { force: true });
}

/** The child's log, a new one when the old one has grown too large. The caller closes it. */
export async function openLog(directory: string): Promise<FileHandle> {
  const size = await stat(logFile(directory)).then(
    (found) => found.size,
    () => 0,
  );
  if (size > logLimitBytes) await rename(logFile(directory), `${logFile(directory)}.1`);
  return open(logFile(directory), "a", 0o600);
}

/** Its last line, for people who ask why it died. */
export async function lastLogLine(directory: string): Promise<string> {
  const text = await readEnd(logFile(directory), longestQuoteBytes).catch(() => "");
  const lines = text.split("\n").map((line) => line.trim());
  return lines.findLast((line) => line !== "" && !line.startsWith("at ") && !line.startsWith("Node.js v"))?.slice(0, 300) ?? "";
}

/**
 * Keeps the log of one that runs from taking the disk that others need: what is beyond the limit is let go of, but for its end. The child
 * appends, and goes on at the beginning.
 */
export async function trimLog(directory: string): Promise<void> {
  const file = logFile(directory);
  const { size } = await stat(file);
  if (size <= logLimitBytes) return;
  await writeFile(`${file}.1`, await readEnd(file, keptOfLogBytes), { mode: 0o600 });
  await truncate(file, 0);
}

async function readEnd(file: string, bytes: number): Promise<string> {
  return readPart(file, bytes, (size) => Math.max(0, size - bytes));
}

async function readStart(file: string, bytes: number): Promise<string> {
  return readPart(file, bytes, () => 0);
}

/** Never the whole: flows write as much as they like. */
async function readPart(file: string, bytes: number, from: (size: number) => number): Promise<string> {
  const handle = await open(file, "r");
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, bytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, from(size));
    return buffer.subarray(0, bytesRead).toString("utf8");
  } finally {
    await handle.close();
  }
}

function logFile(directory: string): string {
  return join(directory, "node-red.log");
}

function recordFile(directory: string): string {
  return join(directory, "instance.json");
}

function parseRecord(value: unknown): InstanceRecord | null {
  if (!isObject(value)) return null;
  const { port, token, credentialSecret, uid, process } = value;
  if (typeof port !== "number" || typeof token !== "string" || typeof credentialSecret !== "string") return null;
  return { port, token, credentialSecret, uid: typeof uid === "number" ? uid : null, process: parseProcess(process) };
}

function parseProcess(value: unknown): OsProcess | null {
  if (!isObject(value) || typeof value["pid"] !== "number") return null;
  return { pid: value["pid"], startTime: typeof value["startTime"] === "string" ? value["startTime"] : null };
}
