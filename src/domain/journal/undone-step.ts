/** The line in a deployment's timeline that says what it took away. */

import type { HandEdit } from "../changes/recorded.ts";
import type { DeploymentStepRecord } from "./state.ts";

/** Sentences that a line names. */
const most = 3;

/** Null: it is there still. */
export function undoneStep({ undone, changes }: HandEdit): DeploymentStepRecord | null {
  return (
    undone && {
      at: undone.at,
      state: "hand edit undone",
      code: "HandEditUndone",
      why: `undid what was changed by hand: ${inOneLine(changes)}`,
    }
  );
}

/** The sentences in one line. */
export function inOneLine({ sentences, more }: HandEdit["changes"]): string {
  if (sentences.length === 0) return "only its formatting";
  const left = sentences.length - most + more;
  return (
    sentences
      .slice(0, most)
      .map(({ text }) => text)
      .join("; ") + (left > 0 ? `; and ${left} more` : "")
  );
}
