/** A process runs in the kind of engine that its process.yaml names: the environment must have one, and what runs does not move to another. */

import type { Finding } from "../finding.ts";
import type { EngineKind, EnvironmentName, ProcessId } from "../names.ts";
import { blocked, type GateAnswer, open, type ProposedChange } from "./gate.ts";
import { blockedByFindings } from "./pin-findings.ts";

/** The rule, for `pinion validate` too. Null: it has one. */
export function whyNoEngine(process: ProcessId, kind: EngineKind, there: ThereAre): string | null {
  if (there.kinds.includes(kind)) return null;
  return `${process} needs an engine of kind ${kind}, and ${there.environment} has none; it has ${there.kinds.join(" and ")}`;
}

interface ThereAre {
  readonly environment: EnvironmentName;
  readonly kinds: readonly EngineKind[];
}

/** Whether a finding of a pin says the same. */
export function isEngineFinding({ code }: Finding): boolean {
  return code === "pin/engine-missing";
}

export function engineKind({ process, pinned, runsIn }: Pick<ProposedChange, "process" | "pinned" | "runsIn">): GateAnswer {
  if (!pinned) return open("nothing is pinned");
  if (pinned.kind === "broken") return blockedByFindings(pinned, isEngineFinding, "EngineMissing") ?? open("no error names its engine");
  const { engine } = pinned.summary;
  if (runsIn === null || runsIn === engine) return open(`it runs in ${engine}`);
  const text = `${process} runs in ${runsIn} here, and its process.yaml names ${engine} now: a running process does not move to another engine kind`;
  return blocked({ code: "EngineChanged", text }, "Restore the former engine kind, or remove the pin until nothing of it is installed.");
}
