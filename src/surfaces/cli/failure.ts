/** How errors end a command: what went wrong, where, and what to do; a stack only for bugs. */

import { PinionError } from "../../domain/errors.ts";
import { printable } from "./terminal.ts";
import type { Session } from "./session.ts";

/** Exit code of a command that could not run. */
export const couldNotRun = 2;

/** Prints the error to stderr, and gives back the exit code. */
export function reportFailure(session: Session, error: unknown): typeof couldNotRun {
  printFailure(session, error);
  return couldNotRun;
}

/** Prints the error to stderr. */
export function printFailure({ world, colors }: Session, error: unknown): void {
  const lines =
    error instanceof PinionError ? linesOf(error, colors.red, colors.dim) : [colors.red("error: this is a bug in Pinion"), stackOf(error)];
  world.stderr.write(`${lines.join("\n")}\n`);
}

function linesOf(error: PinionError, mark: (text: string) => string, dim: (text: string) => string): readonly string[] {
  const findings = error.findings.flatMap(({ file, line, column, severity, message, code, hint }) => [
    `  ${printable(file)}:${line}:${column}  ${severity}  ${printable(message)}  (${code})`,
    ...(hint === "" ? [] : [dim(`    ${printable(hint)}`)]),
  ]);
  return [`${mark(`error ${error.code}:`)} ${printable(error.message)}`, ...findings, dim(`hint: ${error.hint}`)];
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
