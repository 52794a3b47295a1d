import type { Reason, ReasonCode } from "../../src/domain/journal/reason.ts";

/** A reason whose text matters, with a code that hardly does. */
export function saying(text: string, code: ReasonCode = "Unrecorded"): Reason {
  return { code, text };
}
