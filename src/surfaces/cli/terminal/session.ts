/** One run of the command line: what a command prints to, and in which format. */

import { isAbsolute, resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type Colors, colorsFor, hanging } from "./terminal.ts";
import { parseDuration } from "../../../domain/durations.ts";
import type { CliWorld } from "./world.ts";

export type Format = "text" | "json";

/** 0: fine. 1: findings or differences, or not as it should be. 2: could not run. 3: not in time. 130: interrupted. */
export type ExitCode = number;

export interface Session {
  readonly world: CliWorld;
  readonly colors: Colors;
  /** How errors are printed: as `--format` wants it, also where the words after it make no sense. */
  readonly errors: Format;
}

/** Adds one command to the program; its action hands the exit code to `finish`. */
export type AddCommand = (program: Command, session: Session, finish: (code: ExitCode) => void) => void;

export function startSession(world: CliWorld, argv: readonly string[] = []): Session {
  return { world, colors: colorsFor(world), errors: wantsJson(argv) ? "json" : "text" };
}

function wantsJson(argv: readonly string[]): boolean {
  return argv.some((word, index) => word === "--format=json" || (word === "--format" && argv[index + 1] === "json"));
}

/** Prints lines to stdout; on a terminal those that are too wide are broken between words. */
export function print({ world }: Session, lines: readonly string[]): void {
  const all = lines.flatMap((line) => line.split("\n"));
  const broken = all.flatMap((line) => hanging(line, { start: "", width: world.columns }));
  if (broken.length > 0) world.stdout.write(`${broken.join("\n")}\n`);
}

export function printJson({ world }: Session, value: unknown): void {
  world.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** A path of the command line, absolute. */
export function pathFrom({ world }: Session, path: string): string {
  return isAbsolute(path) ? path : resolve(world.cwd, path);
}

export function formatOption(): Option {
  return new Option("--format <format>", "text for people, json for scripts").choices(["text", "json"]).default("text");
}

/** @throws InvalidArgumentError, which the command line makes a usage error of. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/u.test(text) || port > 65_535) throw new InvalidArgumentError("A port is a number from 0 to 65535.");
  return port;
}

/** `--timeout`; its value is in milliseconds. */
export function timeoutOption(description: string, fallback: string): Option {
  return new Option("--timeout <duration>", description).argParser(parseTimeout).default(parseTimeout(fallback), fallback);
}

function parseTimeout(text: string): number {
  const ms = parseDuration(text);
  if (ms === null || ms <= 0) throw new InvalidArgumentError("It is a time such as 90s, 10m or 1h30m.");
  return ms;
}

/** @throws InvalidArgumentError */
export function parseLimit(text: string): number {
  const limit = Number(text);
  if (!/^\d+$/u.test(text) || limit < 1 || limit > 1000) throw new InvalidArgumentError("It is a number from 1 to 1000.");
  return limit;
}
