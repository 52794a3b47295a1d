/** What everything that is drawn depends on besides what it shows. */

import type { Instant } from "../../../domain/names.ts";
import type { Colors } from "../terminal/terminal.ts";

export interface View {
  readonly colors: Colors;
  readonly now: Instant;
  /** Null: nothing is wrapped. */
  readonly width: number | null;
}

/** Colours a text. */
export type Paint = (text: string) => string;
