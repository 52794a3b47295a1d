/** Findings as people and scripts read them. */

import type { Finding } from "../../../domain/finding.ts";
import { type Colors, wrap } from "./terminal.ts";
import { renderTable } from "./table.ts";
import { printable } from "../../../domain/safe-text.ts";

/** Findings grouped by file, each with its place, its code and what to do about it. Null: as wide as they come. */
export function renderFindings(findings: readonly Finding[], { colors, width }: FindingsView): readonly string[] {
  return [...byFile(findings)].flatMap(([file, group], index) => [
    ...(index === 0 ? [] : [""]),
    colors.underline(printable(file)),
    ...group.flatMap((finding) => renderFinding(finding, { colors, width })),
  ]);
}

export interface FindingsView {
  readonly colors: Colors;
  readonly width: number | null;
}

function renderFinding({ file, line, column, severity, message, code, hint }: Finding, { colors, width }: FindingsView): readonly string[] {
  const mark = severity === "error" ? colors.red("error") : colors.yellow("warning");
  const row = [`${printable(file)}:${line}:${column}`, mark, `${printable(message)}  (${code})`];
  const what = hint === "" ? [] : wrap(printable(hint), width === null ? null : width - 4);
  return [...renderTable([row], { width, indent: "  ", breaks: true }), ...what.map((each) => colors.dim(`    ${each}`))];
}

function byFile(findings: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const group = groups.get(finding.file);
    if (group) group.push(finding);
    else groups.set(finding.file, [finding]);
  }
  return groups;
}

/** `3 errors, 1 warning in 2 files`. */
export function summarizeFindings(findings: readonly Finding[]): string {
  if (findings.length === 0) return "no findings";
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const warnings = findings.length - errors;
  const counts = [...(errors > 0 ? [count(errors, "error")] : []), ...(warnings > 0 ? [count(warnings, "warning")] : [])];
  return `${counts.join(", ")} in ${count(new Set(findings.map(({ file }) => file)).size, "file")}`;
}

/** `1 file`, `2 files`, `3 processes`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : noun.endsWith("s") ? "es" : "s"}`;
}

/** Exactly the fields that scripts rely on. */
export function findingJson({ file, line, column, pointer, code, severity, message, hint }: Finding): Finding {
  return { file, line, column, pointer, code, severity, message, hint };
}
