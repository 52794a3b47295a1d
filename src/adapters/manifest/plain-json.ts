/** JSON for values with maps in them: what is written is read back as it was. */

const mapKey = "~map";

export function toText(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (each instanceof Map) return { [mapKey]: [...each] };
    return renamed(each, "~", (key) => `~${key}`);
  });
}

export function fromText(text: string): unknown {
  return JSON.parse(text, (_key, each: unknown) => {
    if (isObject(each) && mapKey in each) return new Map(each[mapKey] as readonly (readonly [unknown, unknown])[]);
    return renamed(each, "~~", (key) => key.slice(1));
  }) as unknown;
}

/** An author may call a variable like a mark of ours: such keys are written with one more character. */
function renamed(value: unknown, beginning: string, rename: (key: string) => string): unknown {
  if (!isObject(value) || !Object.keys(value).some((key) => key.startsWith(beginning))) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key.startsWith(beginning) ? rename(key) : key, each]));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
