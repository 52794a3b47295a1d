/**
 * Asks git for objects through one long-lived `git cat-file --batch-command` child. Questions are pipelined; when the child
 * dies, what it had not answered is asked once more of a new one.
 */

import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { PinionError } from "../../../domain/errors.ts";
import { createBatchParser } from "./batch-parser.ts";
import type { BatchAnswer } from "./batch-parser.ts";
import type { GitEnvironment } from "../transport/git-environment.ts";

export interface ObjectReader {
  /** `question` is an object id or a full ref name. */
  info(question: string): Promise<BatchAnswer>;
  contents(question: string): Promise<BatchAnswer>;
  /** The child's process id while there is one; for tests. */
  pid(): number | null;
  /** Ends the child; the next question starts another. Questions under way are asked again there. */
  restart(): Promise<void>;
  /** Ends the child and refuses everything from now on. */
  close(): Promise<void>;
}

export interface ObjectReaderOptions {
  readonly directory: string;
  readonly environment: GitEnvironment;
  /** Larger objects are not kept in memory. */
  readonly maxBytes: number;
}

interface Question {
  readonly command: "info" | "contents";
  readonly about: string;
  readonly resolve: (answer: BatchAnswer) => void;
  readonly reject: (error: Error) => void;
  /** How often a child died over it. */
  deaths: number;
}

interface Child {
  readonly process: ChildProcessWithoutNullStreams;
  /** Asked and not answered, in order. */
  readonly waiting: Question[];
  complaint: string;
}

export function createObjectReader(options: ObjectReaderOptions): ObjectReader {
  let child: Child | null = null;
  let unsent: Question[] = [];
  let closed = false;

  function ask(command: Question["command"], about: string): Promise<BatchAnswer> {
    if (closed) return Promise.reject(new PinionError("git/failed", "the mirror is closed"));
    if (/[\n\0]/.test(about)) return Promise.resolve({ kind: "missing", line: JSON.stringify(about) });
    return new Promise((resolve, reject) => enqueue([{ command, about, resolve, reject, deaths: 0 }]));
  }

  function enqueue(questions: readonly Question[]): void {
    if (unsent.length === 0) queueMicrotask(send);
    unsent.push(...questions);
  }

  /** All that was asked in one turn goes out in one write, and git flushes its answers once. */
  function send(): void {
    if (unsent.length === 0) return;
    child ??= startChild(options, onEnd);
    child.waiting.push(...unsent);
    const lines = unsent.map((question) => `${question.command} ${question.about}\n`);
    unsent = [];
    child.process.stdin.write(`${lines.join("")}flush\n`);
  }

  /** Only the first in line is to blame for a death; the others were merely behind it. */
  function onEnd(ended: Child, failure: Error | null): void {
    if (child === ended) child = null;
    const [first, ...others] = ended.waiting.splice(0);
    if (!first) return;
    first.deaths += 1;
    const isHopeless = closed || failure !== null;
    if (first.deaths > 1 || isHopeless) first.reject(unreadable(first.about, ended, failure));
    else enqueue([first]);
    if (isHopeless) for (const other of others) other.reject(unreadable(other.about, ended, failure));
    else if (others.length > 0) enqueue(others);
  }

  async function end(): Promise<void> {
    if (child) await endChild(child);
  }

  return {
    info: (question) => ask("info", question),
    contents: (question) => ask("contents", question),
    pid: () => child?.process.pid ?? null,
    restart: end,
    close: () => {
      closed = true;
      return end();
    },
  };
}

function startChild(options: ObjectReaderOptions, onEnd: (child: Child, failure: Error | null) => void): Child {
  const environment = { ...options.environment, GIT_DIR: options.directory };
  const process = spawn("git", ["cat-file", "--batch-command", "--buffer"], { cwd: options.directory, env: environment, stdio: "pipe" });
  const child: Child = { process, waiting: [], complaint: "" };
  const parse = createBatchParser({
    maxBytes: options.maxBytes,
    expectsBody: () => child.waiting[0]?.command === "contents",
    onAnswer: (answer) => child.waiting.shift()?.resolve(answer),
  });
  process.stdout.on("data", parse);
  process.stderr.on("data", (chunk: Buffer) => (child.complaint = (child.complaint + chunk.toString()).slice(-1000)));
  process.stdin.on("error", () => undefined);
  process.once("error", (error) => onEnd(child, error));
  process.once("close", () => onEnd(child, null));
  return child;
}

function endChild(child: Child): Promise<void> {
  return new Promise((resolve) => {
    child.process.once("close", () => resolve());
    child.process.once("error", () => resolve());
    child.process.kill("SIGKILL");
  });
}

function unreadable(about: string, child: Child, failure: Error | null): PinionError {
  const why = failure?.message ?? (child.complaint.trim() || "git ended without a message");
  return new PinionError("git/object-missing", `${about} cannot be read from the mirror: ${why}`);
}
