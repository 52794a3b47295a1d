/** Which part of a picture that is higher than the terminal is seen. Pure. */

/** How far it is moved, and what was drawn last. */
export interface Scroll {
  readonly top: number;
  /** Everything, also what is well. */
  readonly isWhole: boolean;
}

export const atTop: Scroll = { top: 0, isWhole: false };

/** The keys, for the footer that shows them. */
export const scrollHelp = "↑ ↓ PgUp PgDn scroll, a all, q ends";

/** `height`: lines of the picture that are seen at once. Null: the key means nothing here. */
export function scrolled({ top, isWhole }: Scroll, key: string, height: number): Scroll | null {
  const by = stepOf(key, height);
  if (by !== null) return { top: Math.max(0, top + by), isWhole };
  if (key === "home" || key === "g") return { top: 0, isWhole };
  if (key === "end" || key === "G") return { top: Number.MAX_SAFE_INTEGER, isWhole };
  return key === "a" ? { top: 0, isWhole: !isWhole } : null;
}

function stepOf(key: string, height: number): number | null {
  if (key === "down" || key === "j") return 1;
  if (key === "up" || key === "k") return -1;
  if (key === "page-down" || key === " ") return height;
  return key === "page-up" || key === "b" ? -height : null;
}

export interface VisibleRows {
  readonly lines: readonly string[];
  /** No further than the end of the picture. */
  readonly top: number;
}

/** So many lines of it, the last of which says where that is; all of them where they fit. */
export function visibleRows(lines: readonly string[], top: number, rows: number): VisibleRows {
  if (lines.length <= rows) return { lines, top: 0 };
  const height = Math.max(1, rows - 1);
  const first = Math.min(top, lines.length - height);
  const last = first + height;
  const where = `lines ${first + 1} to ${last} of ${lines.length}; ${scrollHelp}`;
  return { lines: [...lines.slice(first, last), where], top: first };
}
