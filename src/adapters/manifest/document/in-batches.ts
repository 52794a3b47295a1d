/** Runs many small reads with a bounded number under way at once: enough to keep a reader busy, little enough to keep memory low. */

const underWay = 32;

/** The results in the order of the items. The first failure is the failure of all. */
export async function inBatches<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += underWay) {
    results.push(...(await Promise.all(items.slice(start, start + underWay).map(work))));
  }
  return results;
}
