/** One fact with its mark: done, open, or failed. */

import type { Fact } from "../../../api/recovery.ts";
import type { Session } from "../terminal/session.ts";
import { printable } from "../../../domain/safe-text.ts";

export function lineOfFact({ state, why }: Fact, { colors }: Pick<Session, "colors">): string {
  const open = colors.yellow("…");
  const mark = { done: colors.green("✓"), open, waiting: open, failed: colors.red("✗") }[state];
  return `${mark} ${printable(why)}`;
}
