/** What differs between two long lists of which most items are the same objects at both ends. */

/** Items of either list that are not in what they begin or end with in common. */
export function differingItems<T>(before: readonly T[], now: readonly T[]): readonly T[] {
  const shorter = Math.min(before.length, now.length);
  let begin = 0;
  while (begin < shorter && before[begin] === now[begin]) begin += 1;
  let end = 0;
  while (end < shorter - begin && before[before.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  return [...before.slice(begin, before.length - end), ...now.slice(begin, now.length - end)];
}
