/** "Did you mean …?": the known word that is nearest to a mistyped one, found with a bounded amount of work. */

/** Characters of a word for which something near is looked for. */
const maxWord = 64;
/** Known words that are looked at. */
const maxCandidates = 20_000;
/** Cells of the distance tables of one search. */
const maxCells = 200_000;
/** Known words that a hint lists. */
const maxListed = 12;

/** The nearest known word, or null when none is near enough to be meant, or was found in time. */
export function nearest(word: string, known: Iterable<string>): string | null {
  if (word.length > maxWord) return null;
  const wanted = word.toLowerCase();
  let best: string | null = null;
  let limit = Math.max(1, Math.floor(word.length / 3));
  let cells = 0;
  let candidates = 0;
  for (const candidate of known) {
    candidates += 1;
    if (candidates > maxCandidates || cells > maxCells) return best;
    if (Math.abs(candidate.length - word.length) > limit) continue;
    const [distance, work] = editDistance(wanted, candidate.toLowerCase(), limit);
    cells += work;
    if (distance <= limit) [best, limit] = [candidate, distance - 1];
  }
  return best;
}

/** A hint that names the nearest known word, or the known ones when there are few, or nothing. */
export function suggestion(word: string, known: readonly string[]): string | undefined {
  const near = nearest(word, known);
  if (near !== null) return `Did you mean ${near}?`;
  return known.length > 0 && known.length <= maxListed ? `Known here: ${known.join(", ")}.` : undefined;
}

/**
 * How many single characters must be changed, added or dropped (Levenshtein), or more than `limit` when it is more; and the cells looked at.
 * Only cells near the diagonal can lead to few changes.
 */
function editDistance(a: string, b: string, limit: number): readonly [distance: number, cells: number] {
  const far = limit + 1;
  let previous = new Uint8Array(b.length + 2).fill(far);
  let current = new Uint8Array(b.length + 2).fill(far);
  for (let column = 0; column <= Math.min(limit, b.length); column++) previous[column] = column;
  let cells = 0;
  for (let row = 1; row <= a.length; row++) {
    const from = Math.max(1, row - limit);
    const to = Math.min(b.length, row + limit);
    current[from - 1] = from === 1 ? Math.min(row, far) : far;
    current[to + 1] = far;
    let least = current[from - 1] as number;
    for (let column = from; column <= to; column++) {
      const same = a.charCodeAt(row - 1) === b.charCodeAt(column - 1) ? 0 : 1;
      const steps = Math.min(
        (previous[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (previous[column - 1] as number) + same,
        far,
      );
      current[column] = steps;
      least = Math.min(least, steps);
    }
    cells += to - from + 1;
    if (least >= far) return [far, cells];
    [previous, current] = [current, previous];
  }
  return [previous[b.length] ?? far, cells];
}
