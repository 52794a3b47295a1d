/** The one place where the operator's spelling becomes Pinion's: snake_case keys to camelCase, `blue_green` to `blue-green`. */

/** One key. */
export function foldKey(key: string): string {
  return key.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Keys whose values are words of Pinion's own. */
const wordKeys: ReadonlySet<string> = new Set(["deploymentStrategy"]);

/** A whole document. */
export function foldDocument(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(foldDocument);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => foldEntry(foldKey(key), inner)));
}

function foldEntry(key: string, value: unknown): readonly [string, unknown] {
  return [key, wordKeys.has(key) && typeof value === "string" ? value.replaceAll("_", "-") : foldDocument(value)];
}
