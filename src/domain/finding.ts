/** What is wrong with a file of the config repository, said so that the author can fix it without asking anyone. */

export interface Finding {
  /** Path from the root of the config repository, with forward slashes. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
  /** JSON pointer (RFC 6901) into the document; "" for the whole of it. */
  readonly pointer: string;
  /** Stable and scriptable: `yaml/syntax`, `schema/required`, `pin/unknown-version`, … */
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
}

export function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.severity === "error");
}

/** One line for people: `file:line:column: message (code)`. */
export function describeFinding(finding: Finding): string {
  return `${finding.file}:${finding.line}:${finding.column}: ${finding.message} (${finding.code})`;
}
