import { createRequire } from "node:module";
import { createContext, Script } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTester } from "../../../src/domain/paths/automaton.ts";
import { compareForms, longestPath, readPath } from "../../../src/domain/paths/path-pattern.ts";
import { whyForbidden } from "../../../src/domain/paths/forbidden.ts";
import { UnreadablePath } from "../../../src/domain/paths/unreadable-path.ts";
import { runs } from "../../support/thorough.ts";

/** Express as Node-RED loads it: its router's layers say which paths a route takes. */
interface Layer {
  match(path: string): boolean;
}
const requireAsNodeRed = createRequire(createRequire(import.meta.url).resolve("node-red"));
const ExpressLayer = requireAsNodeRed("express/lib/router/layer") as new (path: string, options: object, handle: () => void) => Layer;

const prefix = "/~unit-1-0-0-abcdef012345";
const called: { match: (() => boolean) | null } = { match: null };
const room = createContext(called);
const call = new Script("match()");

/** Null: Express's own regular expression goes back and forth without an end that anybody could wait for. */
const expressTakes = (pattern: string) => {
  const layer = new ExpressLayer(prefix + pattern, { sensitive: false, strict: false, end: true }, () => {});
  return (path: string): boolean | null => {
    try {
      called.match = () => layer.match(prefix + path);
      return call.runInContext(room, { timeout: 500 }) as boolean;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return null;
      return true; // A parameter that cannot be decoded is Express's 400: the path has matched.
    }
  };
};
const takes = (pattern: string) => {
  const testers = readPath(pattern).forms.map((form) => createTester(form.automaton()));
  return (path: string) => testers.some((test) => test(path) === true);
};
const refusal = (pattern: string): string => {
  try {
    readPath(pattern);
    return "";
  } catch (error) {
    if (error instanceof UnreadablePath) return error.message;
    throw error;
  }
};

describe("a path as Express takes it", () => {
  it.each([
    ["/CaseRoute/Items", "/caseroute/items", true],
    ["/orders/:id?", "/orders", true],
    ["/orders/:id?", "/orders/", true],
    ["/orders/:id?", "/orders/7", true],
    ["/orders/:id?", "/orders/7/8", false],
    ["/colou?r", "/color", true],
    ["/ab(cd)?e", "/abcde", true],
    ["/v/*/meta", "/v/1/2/meta", true],
    ["/v1.0/report-:id", "/v1.0/report-7", true],
    ["/(x|y)z", "/xz", true],
    ["/(x|y)z", "/qz", false],
    ["/gr%C3%B6%C3%9Fe", "/gr%c3%b6%c3%9fe", true],
    ["/files/*", "/files", false],
    ["/files/*", "/files/", true],
    ["/item/:id(\\d+)", "/item/7", true],
    ["/item/:id(\\d+)", "/item/abc", false],
    ["/:from-:to", "/Vienna-Rome", true],
    ["/", "/", true],
  ])("%s and %s: %s", (pattern, path, expected) => {
    expect([takes(pattern)(path), expressTakes(pattern)(path)]).toEqual([expected, expected]);
  });

  const word = fc.constantFrom("a", "b", "A", "ab", "orders", "-", ".", "%C3%B6", "x1", "~b", "_");
  const piece = fc.oneof(
    { weight: 6, arbitrary: word },
    { weight: 4, arbitrary: fc.constantFrom("/", "/:id", "/:id?", "/:n(\\d+)", "/:n(\\d+)?", "/*", "/:rest*", "/:w([a-c]+)") },
    { weight: 2, arbitrary: fc.constantFrom("*", ":id", "?", "+", "(a|b)", "(?:a|bc)?", "[ab]", "[^a/]", "\\d", "\\.", "a{2}", ":x-:y") },
    { weight: 1, arbitrary: fc.constantFrom("(", ")", "|", "[", "^", "$", "{", "\\", "\\b", "(?=a)", "(?!a)", "\\1", "\\S+", ".:ext?") },
  );
  const pattern = fc.array(piece, { maxLength: 6 }).map((pieces) => `/${pieces.join("")}`);
  const part = fc.oneof(word, fc.constantFrom("/", "/", "/", "1", "23", "aa", "c", "B", "a-b", "x.y", "//", "ORDERS"));
  const request = fc.array(part, { maxLength: 7 }).map((parts) => `/${parts.join("")}`);

  it("takes exactly what Express takes, or is refused", () => {
    let read = 0;
    const property = fc.property(pattern, fc.array(request, { minLength: 8, maxLength: 8 }), (path, requests) => {
      if (refusal(path) !== "") return;
      read += 1;
      const [own, express] = [takes(path), expressTakes(path)];
      const asWritten = path.replaceAll(/\([^)]*\)|[:?*+\\]/g, "");
      for (const each of [...requests, asWritten, asWritten.toUpperCase(), `${asWritten}/`])
        expect([each, own(each)]).toEqual([each, express(each) ?? own(each)]);
    });
    const { numRuns } = runs(2_000);
    fc.assert(property, { numRuns });
    expect(read / numRuns).toBeGreaterThan(0.2);
  });

  it.each([
    ["/zz|\\S+", "outside of parentheses"],
    ["/sp ace", "write %20"],
    ["/größe", "write %C3%B6"],
    ["/a#b", "write %23"],
    ["/~unit/x", "private"],
    ["/%7Eunit", "private"],
    ["/__ADMIN/flows", "private"],
    ["/a/../b", ". or .."],
    ["/a%zz", "encodes nothing"],
    ["/(a|b):id", "stands before a parameter"],
    ["/a(b", "not closed"],
    ["/a)b", 'has no "("'],
    ["/a(?=b)", "one pass"],
    ["/(a)\\1", "one pass"],
    ["/a$b", "no meaning"],
    ["/:a--:b", "stands before a parameter"],
    ["/(a{60}){60}", "too long"],
    ["/a{65}", "more than 64"],
    [`/${"a".repeat(longestPath)}`, "longer than 500"],
    [`/${"(".repeat(30)}a${")".repeat(30)}`, "nested"],
    ["relative", "begin with /"],
  ])("%s is refused: %s", (path, why) => {
    expect(refusal(path)).toContain(why);
  });

  it("answers at once where Express never does", () => {
    const [path, request] = ["/(a|a|aa)+b", `/${"a".repeat(60)}c`];
    expect([takes(path)(request), expressTakes(path)(request)]).toEqual([false, null]);
  });

  it("looks at each character of a request a bounded number of times", () => {
    // Backtracking needs minutes for these: eight repetitions that can each take what the others could.
    for (const path of [`/x${"a*".repeat(8)}b`, "/(a|a|aa)+b", "/:x(a+)*b", `/${"(a?)".repeat(30)}${"a".repeat(30)}b`]) {
      const test = takes(path);
      expect(test(`/x${"a".repeat(20_000)}c`)).toBe(false);
      expect(test(`/${"a".repeat(20_000)}c`)).toBe(false);
    }
  });

  it("goes from what is fixed to what is open", () => {
    const inOrder = ["/item/new", "/item/n:rest", "/item/:id(\\d+)", "/item/:slug/x", "/item/:slug", "/item/*", "/:any/x", "/*"];
    const forms = inOrder.flatMap((path) => readPath(path).forms);
    expect(forms.toSorted(compareForms)).toEqual(forms);
  });
});

it.each([
  ["/a/../b", "malformed"],
  ["/a/./b", "malformed"],
  ["/a/%2e/b", "malformed"],
  ["/a/%2E%2e/b", "malformed"],
  ["/a\\..\\b", "malformed"],
  ["/a%00", "malformed"],
  ["/a#b", "malformed"],
  ["/%zz", "malformed"],
  ["/__admin/flows", "private"],
  ["//__ADMIN", "private"],
  ["/%5f_admin", "private"],
  ["/~unit/x", "private"],
  ["/a/~unit", null],
  ["/a.b/c..d", null],
])("%s asks for what is %s", (path, what) => {
  expect(whyForbidden(path)).toBe(what);
});
