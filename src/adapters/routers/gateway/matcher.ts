/** Finds who serves a method and a path, the most specific pattern first. */

/** Something that serves an endpoint. `path` may hold `:parameters` and `*`, as Express writes them. */
export interface Endpoint<T> {
  readonly method: string;
  readonly path: string;
  readonly serves: T;
}

export type Match<T> =
  | { readonly kind: "served"; readonly serves: T }
  /** The path is known, the method is not. */
  | { readonly kind: "other-methods"; readonly allow: readonly string[] }
  | { readonly kind: "unknown" };

export interface Matcher<T> {
  match(method: string, path: string): Match<T>;
  /** Endpoints that are never found, because an earlier one is the same. */
  readonly clashes: readonly { readonly endpoint: Endpoint<T>; readonly keeper: T }[];
}

type Leaf<T> = Map<string, Match<T> & { kind: "served" }>;

/** One segment of the paths below it. */
interface Node<T> {
  readonly fixed: Map<string, Node<T>>;
  readonly mixed: { readonly source: string; readonly pattern: RegExp; readonly node: Node<T> }[];
  parameter: Node<T> | null;
  /** Whatever follows, however deep. */
  rest: Leaf<T> | null;
  readonly leaf: Leaf<T>;
}

const unknown = { kind: "unknown" } as const;

/** Of two that serve the same endpoint the first one is found. */
export function createMatcher<T>(endpoints: readonly Endpoint<T>[]): Matcher<T> {
  const exact = new Map<string, Leaf<T>>();
  const root = createNode<T>();
  const clashes: { endpoint: Endpoint<T>; keeper: T }[] = [];
  for (const endpoint of endpoints) {
    for (const path of spelledOut(endpoint.path)) {
      const leaf: Leaf<T> = isPattern(path) ? insert(root, segmentsOf(path)) : (exact.get(path) ?? new Map());
      if (!isPattern(path)) exact.set(path, leaf);
      const keeper = leaf.get(endpoint.method);
      if (keeper) clashes.push({ endpoint, keeper: keeper.serves });
      else leaf.set(endpoint.method, { kind: "served", serves: endpoint.serves });
    }
  }
  return { clashes, match: (method, path) => find({ exact, root }, method, withoutTrailingSlash(path)) };
}

function find<T>(tree: { readonly exact: ReadonlyMap<string, Leaf<T>>; readonly root: Node<T> }, method: string, path: string): Match<T> {
  const leaf = tree.exact.get(path);
  const served = leaf && servedBy(leaf, method);
  if (served) return served;
  const leaves = leaf ? [leaf, ...walk(tree.root, segmentsOf(path), 0)] : walk(tree.root, segmentsOf(path), 0);
  const allow = new Set<string>();
  for (const candidate of leaves) {
    const match = servedBy(candidate, method);
    if (match) return match;
    for (const known of candidate.keys()) allow.add(known);
  }
  return allow.size === 0 ? unknown : { kind: "other-methods", allow: [...allow].toSorted() };
}

/** HEAD is answered by whoever answers GET, and OPTIONS by whoever is there. */
function servedBy<T>(leaf: Leaf<T>, method: string): Match<T> | undefined {
  const served = leaf.get(method) ?? leaf.get("ANY") ?? leaf.get("ALL");
  if (served !== undefined) return served;
  if (method === "HEAD") return leaf.get("GET");
  if (method === "OPTIONS") return leaf.values().next().value;
  return undefined;
}

/** Every leaf that fits, the most specific first. */
function* walk<T>(node: Node<T>, segments: readonly string[], depth: number): Generator<Leaf<T>> {
  const segment = segments[depth];
  if (segment === undefined) {
    if (node.leaf.size > 0) yield node.leaf;
    if (node.rest) yield node.rest;
    return;
  }
  const fixed = node.fixed.get(segment);
  if (fixed) yield* walk(fixed, segments, depth + 1);
  for (const { pattern, node: next } of node.mixed) if (pattern.test(segment)) yield* walk(next, segments, depth + 1);
  if (node.parameter && segment !== "") yield* walk(node.parameter, segments, depth + 1);
  if (node.rest) yield node.rest;
}

function insert<T>(root: Node<T>, segments: readonly string[]): Leaf<T> {
  let node = root;
  for (const [depth, segment] of segments.entries()) {
    if (depth === segments.length - 1 && isRest(segment)) return (node.rest ??= new Map());
    node = below(node, segment);
  }
  return node.leaf;
}

function below<T>(node: Node<T>, segment: string): Node<T> {
  if (/^:\w+(?:\([^)]*\))?$/.test(segment) || segment === "*") return (node.parameter ??= createNode());
  if (isPattern(segment)) {
    const known = node.mixed.find((mixed) => mixed.source === segment)?.node ?? createNode<T>();
    if (!node.mixed.some((mixed) => mixed.source === segment))
      node.mixed.push({ source: segment, pattern: patternOf(segment), node: known });
    return known;
  }
  const known = node.fixed.get(segment) ?? createNode<T>();
  node.fixed.set(segment, known);
  return known;
}

/** `report-:id.json` and the like; each parameter takes at least one character. */
function patternOf(segment: string): RegExp {
  const fixed = segment.split(/:\w+(?:\([^)]*\))?|\*/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${fixed.join(".+")}$`);
}

function createNode<T>(): Node<T> {
  return { fixed: new Map(), mixed: [], parameter: null, rest: null, leaf: new Map() };
}

/** An optional last parameter (`/orders/:id?`) is two paths. */
function spelledOut(path: string): readonly string[] {
  const plain = withoutTrailingSlash(path);
  if (!plain.endsWith("?")) return [plain];
  const optional = /^(.*)\/:\w+(?:\([^)]*\))?\?$/.exec(plain);
  return optional ? [plain.slice(0, -1), withoutTrailingSlash(optional[1] ?? "")] : [plain];
}

function isPattern(path: string): boolean {
  return path.includes(":") || path.includes("*");
}

function isRest(segment: string): boolean {
  return segment === "*" || /^:\w+(?:\(.*\))?[*+]$/.test(segment);
}

function segmentsOf(path: string): readonly string[] {
  return path === "/" ? [] : path.slice(1).split("/");
}

function withoutTrailingSlash(path: string): string {
  if (path === "") return "/";
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
