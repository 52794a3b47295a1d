/** How errors end a command: what went wrong, where, and what to do; a stack only for bugs. */

import { PinionError } from "../../../domain/errors.ts";
import { findingJson } from "./findings.ts";
import { hanging } from "./terminal.ts";
import type { Session } from "./session.ts";
import { printable } from "../../../domain/safe-text.ts";

/** Exit code of a command that could not run. */
export const couldNotRun = 2;

/** Prints the error to stderr, and gives back the exit code. */
export function reportFailure(session: Session, error: unknown): typeof couldNotRun {
  printFailure(session, error);
  return couldNotRun;
}

/** Prints the error to stderr: for people, or as JSON. */
export function printFailure({ world, colors, errors }: Session, cause: unknown): void {
  const error = asExhausted(cause) ?? cause;
  if (errors === "json") {
    world.stderr.write(`${JSON.stringify(failureJson(error), null, 2)}\n`);
    return;
  }
  const lines =
    error instanceof PinionError ? linesOf(error, { world, colors }) : [colors.red("error: this is a bug in Pinion"), stackOf(error)];
  world.stderr.write(`${lines.join("\n")}\n`);
}

const exhausted: Readonly<Record<string, string>> = {
  EMFILE: "this process may open no more files and connections (EMFILE)",
  ENFILE: "the machine may open no more files and connections (ENFILE)",
  ENOMEM: "there is no more memory (ENOMEM)",
};

/** Which resource of the machine is used up, in any error: also in the cause of an error that only says what failed. */
function asExhausted(error: unknown): PinionError | null {
  for (let at = error; at instanceof Error; at = at.cause) {
    const message = "code" in at && typeof at.code === "string" ? exhausted[at.code] : undefined;
    if (message !== undefined) return new PinionError("system/exhausted", `${message}: ${at.message}`, { cause: error });
  }
  return null;
}

/** The same fields as the API's errors. */
function failureJson(error: unknown) {
  if (!(error instanceof PinionError))
    return { code: "internal", message: "this is a bug in Pinion", hint: "Report it with this text.", detail: stackOf(error) };
  const { code, hint, retry, findings } = error;
  return { code, message: headOf(error), hint, retry, ...(findings.length > 0 && { findings: findings.map(findingJson) }) };
}

function linesOf(error: PinionError, { world: { columns: width }, colors }: Pick<Session, "world" | "colors">): readonly string[] {
  const findings = error.findings.flatMap(({ file, line, column, severity, message, code, hint }) => [
    ...hanging(`${printable(file)}:${line}:${column}  ${severity}  ${printable(message)}  (${code})`, { start: "  ", width }),
    ...(hint === "" ? [] : hanging(printable(hint), { start: "    ", width }).map((each) => colors.dim(each))),
  ]);
  const head = hanging(`${colors.red(`error ${error.code}:`)} ${printable(headOf(error))}`, { start: "", width });
  return [...head, ...findings, ...hanging(`hint: ${error.hint}`, { start: "", width }).map((each) => colors.dim(each))];
}

/** Findings are told below, each at its place: a message that repeats them ends before them. */
function headOf({ message, findings }: PinionError): string {
  const first = message.split("\n", 1)[0] ?? "";
  return findings.length > 0 ? first.replace(/:$/u, "") : message;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
