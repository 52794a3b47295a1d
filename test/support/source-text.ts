/** Reads just enough TypeScript to find imports and module-level state, because the compiler in use has no API to ask. */

export interface Import {
  readonly specifier: string;
  /** Vanishes when the types do. */
  readonly isTypeOnly: boolean;
  /** `export … from`. */
  readonly isReexport: boolean;
}

interface Masked {
  /** The text with comments blanked, and each string replaced by `"n"` where n counts the strings. */
  readonly code: string;
  readonly strings: readonly string[];
}

const token =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[\s\S]|[^`\\])*`|(?<=(?:^|[(,=:[!&|?{};]|=>|return)\s*)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/gu;

/** Takes comments, strings and regular expressions out of the way. */
export function mask(text: string): Masked {
  const strings: string[] = [];
  const code = text.replaceAll(token, (found) => {
    if (found.startsWith("//") || found.startsWith("/*")) return found.replaceAll(/[^\n]/gu, "");
    if (found.startsWith("/")) return "/0/";
    strings.push(found.slice(1, -1));
    return `"${strings.length - 1}"`;
  });
  return { code, strings };
}

const statement = /(?<![\w.$])(import|export)(\s+type)?\s*([\w*\s{},$]*?)\s*\bfrom\s*"(\d+)"/gu;
const sideEffect = /(?<![\w.$])import\s*"(\d+)"/gu;
const dynamic = /(?<![\w.$])import\s*\(\s*"(\d+)"/gu;

/** Every import of a source text: static, for its side effect, dynamic, and what is exported from elsewhere. */
export function importsOf(text: string): readonly Import[] {
  const { code, strings } = mask(text);
  const found = (index: string | undefined): string => strings[Number(index)] ?? "";
  const statements = [...code.matchAll(statement)].map(([, keyword, type, names = "", index]) => ({
    specifier: found(index),
    isTypeOnly: type !== undefined || hasOnlyTypes(names),
    isReexport: keyword === "export",
  }));
  const others = [...code.matchAll(sideEffect), ...code.matchAll(dynamic)].map(([, index]) => ({
    specifier: found(index),
    isTypeOnly: false,
    isReexport: false,
  }));
  return [...statements, ...others];
}

function hasOnlyTypes(names: string): boolean {
  const listed = /^\{(.*)\}$/su.exec(names.trim())?.[1];
  return (
    listed !== undefined &&
    listed
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "")
      .every((name) => name.startsWith("type "))
  );
}

const variable = /^(?:export\s+)?(?:let|var)\s/u;
const emptyCollection =
  /^(?:export\s+)?const\s+\w+(?<type>[^=\n]*)=\s*(?:new\s+(?:Weak)?(?:Map|Set)(?:<[^\n]*>)?\(\s*\)|\[\s*\]|\{\s*\})\s*;/u;

/** An empty collection at module level is there to be filled, unless its type says that nobody can. */
function isMutable(line: string): boolean {
  const type = emptyCollection.exec(line)?.groups?.["type"];
  return variable.test(line) || (type !== undefined && !/\breadonly\b|\bReadonly/u.test(type));
}

/** The lines, counted from 1, that declare something at module level that can change later. */
export function mutableStateIn(text: string): readonly number[] {
  let depth = 0;
  const lines: number[] = [];
  for (const [index, line] of mask(text).code.split("\n").entries()) {
    if (depth === 0 && isMutable(line)) lines.push(index + 1);
    depth += (line.match(/[{([]/gu)?.length ?? 0) - (line.match(/[})\]]/gu)?.length ?? 0);
  }
  return lines;
}
