/** Finds who serves a method and a path, the most specific pattern first, in one pass over the path. */

import { createTester, type Tester } from "../domain/paths/automaton.ts";
import { compareForms, type PathForm } from "../domain/paths/path-pattern.ts";

/** Something that serves one form of a path. */
export interface Endpoint<T> {
  readonly method: string;
  /** As its author wrote it. */
  readonly path: string;
  readonly form: PathForm;
  readonly serves: T;
}

export type Match<T> =
  | { readonly kind: "served"; readonly serves: T }
  /** The path is known, the method is not. */
  | { readonly kind: "other-methods"; readonly allow: readonly string[] }
  /** To tell would take longer than one request may hold up all others. */
  | { readonly kind: "too-long" }
  | { readonly kind: "unknown" };

export interface Matcher<T> {
  match(method: string, path: string): Match<T>;
  /** Everything that serves the request, the most specific first, as far as that can be told in time. */
  all(method: string, path: string): readonly T[];
  /** Endpoints that are never found, because an earlier one is the same. */
  readonly clashes: readonly { readonly endpoint: Endpoint<T>; readonly keeper: T }[];
}

/** One form of a path: who serves it, by method. */
interface Leaf<T> {
  readonly form: PathForm;
  readonly methods: Map<string, Match<T> & { kind: "served" }>;
}

/** One segment of the paths below it. Each node is visited at most once for a request. */
interface Node<T> {
  readonly fixed: Map<string, Node<T>>;
  free: Node<T> | null;
  leaf: Leaf<T> | null;
  /** Forms that are fixed as far as here, and of which only an automaton can tell the rest. */
  readonly others: Other<T>[];
}

interface Other<T> {
  readonly leaf: Leaf<T>;
  readonly fits: Tester;
}

interface Tree<T> {
  readonly exact: Map<string, Leaf<T>>;
  readonly root: Node<T>;
}

const unknown = { kind: "unknown" } as const;
const tooLong = { kind: "too-long" } as const;

/** Looks at characters for one request, some 50 ms, shared out among the patterns that need an automaton. */
const mostLooks = 2_000_000;

/** Of two that serve the same endpoint the first one is found. */
export function createMatcher<T>(endpoints: readonly Endpoint<T>[]): Matcher<T> {
  const tree: Tree<T> = { exact: new Map(), root: createNode() };
  const leaves = new Map<string, Leaf<T>>();
  const clashes: { endpoint: Endpoint<T>; keeper: T }[] = [];
  for (const endpoint of endpoints) {
    const { form, method, serves } = endpoint;
    const leaf: Leaf<T> = leaves.get(form.key) ?? { form, methods: new Map() };
    if (!leaves.has(form.key)) plant(tree, leaf);
    leaves.set(form.key, leaf);
    const keeper = leaf.methods.get(method);
    if (keeper) clashes.push({ endpoint, keeper: keeper.serves });
    else leaf.methods.set(method, { kind: "served", serves });
  }
  return {
    clashes,
    match: (method, path) => find(tree, method, path),
    all: (method, path) => fitting(tree, path).found.flatMap((leaf) => servedBy(leaf, method)?.serves ?? []),
  };
}

function plant<T>({ exact, root }: Tree<T>, leaf: Leaf<T>): void {
  const { segments, isSimple } = leaf.form;
  const fixed = segments.flatMap((segment) => (segment.kind === "fixed" ? [segment.text] : []));
  if (isSimple && fixed.length === segments.length) return void exact.set(`/${fixed.join("/")}`, leaf);
  let node = root;
  for (const segment of segments) {
    if (segment.kind === "fixed" && segment.text !== "") node = fixedBelow(node, segment.text);
    else if (isSimple) node = node.free ??= createNode();
    else break;
  }
  if (isSimple) node.leaf = leaf;
  else node.others.push({ leaf, fits: createTester(leaf.form.automaton()) });
}

function fixedBelow<T>(node: Node<T>, text: string): Node<T> {
  const known = node.fixed.get(text) ?? createNode<T>();
  node.fixed.set(text, known);
  return known;
}

function createNode<T>(): Node<T> {
  return { fixed: new Map(), free: null, leaf: null, others: [] };
}

function find<T>(tree: Tree<T>, method: string, path: string): Match<T> {
  const exact = tree.exact.get(plainly(path));
  const served = exact && servedBy(exact, method);
  if (served) return served;
  const { found, undecided } = fitting(tree, path);
  const best = found.find((leaf) => servedBy(leaf, method) !== undefined);
  if (undecided.some((leaf) => best === undefined || compareForms(leaf.form, best.form) < 0)) return tooLong;
  return (best && servedBy(best, method)) ?? unserved(found);
}

function unserved<T>(found: readonly Leaf<T>[]): Match<T> {
  const allow = new Set(found.flatMap((leaf) => [...leaf.methods.keys()]));
  return allow.size === 0 ? unknown : { kind: "other-methods", allow: [...allow].toSorted() };
}

/** HEAD is answered by the route of GET, and OPTIONS by any route of the path. */
function servedBy<T>({ methods }: Leaf<T>, method: string): (Match<T> & { kind: "served" }) | undefined {
  const served = methods.get(method) ?? methods.get("ANY") ?? methods.get("ALL");
  if (served !== undefined) return served;
  if (method === "HEAD") return methods.get("GET");
  if (method === "OPTIONS") return methods.values().next().value;
  return undefined;
}

interface Fitting<T> {
  /** The most specific first. */
  readonly found: readonly Leaf<T>[];
  /** Of which it could not be told in time. */
  readonly undecided: readonly Leaf<T>[];
}

/** Every leaf that fits. */
function fitting<T>({ exact, root }: Tree<T>, path: string): Fitting<T> {
  const plain = plainly(path);
  const segments = plain === "/" ? [] : plain.slice(1).split("/");
  const request: Walk<T> = { segments, found: [], others: [] };
  walk(root, request, 0);
  const tested = testEach(request.others, path);
  const leaf = exact.get(plain);
  const found = [...(leaf ? [leaf] : []), ...request.found, ...tested.found];
  return { found: found.length > 1 ? found.toSorted((a, b) => compareForms(a.form, b.form)) : found, undecided: tested.undecided };
}

/** Each has the same share of the time, so that one that is hard to tell does not take it from the others. */
function testEach<T>(others: readonly Other<T>[], path: string): Fitting<T> {
  const [found, undecided]: [Leaf<T>[], Leaf<T>[]] = [[], []];
  for (const { leaf, fits } of others) {
    const does = fits(path, mostLooks / others.length);
    if (does !== false) (does === null ? undecided : found).push(leaf);
  }
  return { found, undecided };
}

interface Walk<T> {
  readonly segments: readonly string[];
  readonly found: Leaf<T>[];
  readonly others: Other<T>[];
}

function walk<T>(node: Node<T>, request: Walk<T>, depth: number): void {
  const { segments, found, others } = request;
  for (const other of node.others) others.push(other);
  const segment = segments[depth];
  if (segment === undefined) {
    if (node.leaf) found.push(node.leaf);
    return;
  }
  const fixed = node.fixed.get(segment);
  if (fixed) walk(fixed, request, depth + 1);
  if (node.free && segment !== "") walk(node.free, request, depth + 1);
}

/** In lower case and without the slash that may end every path: Express does not look at either. Of two slashes alone it does. */
function plainly(path: string): string {
  const lower = path.toLowerCase();
  return lower.length > 2 && lower.endsWith("/") ? lower.slice(0, -1) : lower || "/";
}
