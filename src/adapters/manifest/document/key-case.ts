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

/** What is said of a folded document, with the keys of its pointer as they are written, which may be in either spelling. */
export function asSpelled(message: string, pointer: string, written: unknown): string {
  const [step, ...rest] = pointer.slice(1).split("/");
  if (step === undefined || typeof written !== "object" || written === null) return message;
  const entries: readonly (readonly [string, unknown])[] = Object.entries(written);
  const found = entries.find(([key]) => foldKey(key) === step);
  if (!found) return message;
  const [key, inner] = found;
  return asSpelled(message.replaceAll(`"${step}"`, `"${key}"`), `/${rest.join("/")}`, inner);
}

/** A hint that means a key, in the spelling of the one that is written. */
export function hintAsSpelled(hint: string, message: string): string {
  if (!/^unknown property "[^"]*_/.test(message)) return hint;
  return hint.replace(/^Did you mean (\w+)\?$/, (_, key: string) => `Did you mean ${unfoldKey(key)}?`);
}

function unfoldKey(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
