/** The door for routes: what the control port receives and what the table file holds become domain values here. */

import type { Digest, EnvironmentName } from "../domain/names.ts";
import { readPath } from "../domain/paths/path-pattern.ts";
import { UnreadablePath } from "../domain/paths/unreadable-path.ts";
import type { Route, RouteRefusal, Share, Target } from "../domain/observed/route.ts";
import type { PublicEndpoint } from "../domain/desired/unit.ts";

/** Routes that make no sense, with the JSON pointer of the place. */
export class InvalidRoutes extends Error {
  constructor(pointer: string, problem: string) {
    super(`${pointer === "" ? "/" : pointer}: ${problem}`);
    this.name = "InvalidRoutes";
  }
}

/** A path that is not served: its author can mend it. */
class InvalidPath extends InvalidRoutes {
  readonly why: string;
  constructor(pointer: string, why: string) {
    super(pointer, why);
    this.why = why;
  }
}

/** A list of routes, sorted into those that hold and those that do not. */
export interface SortedRoutes {
  readonly taken: readonly Route[];
  readonly refused: readonly RefusedRoute[];
}

/** One that does not hold, by its place in the list. */
export interface RefusedRoute extends Omit<RouteRefusal, "process"> {
  readonly index: number;
}

const name = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const digest = /^sha256-[0-9a-f]{64}$/;
const method = /^[A-Z]{1,20}$/;
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$/;
/** Node clamps longer timers to nothing. */
const longestTimeoutMs = 2_147_483_647;

/** Whether a text can name an environment; such a name is safe as a path segment and as a map key. */
export function isEnvironmentName(candidate: string): boolean {
  return candidate.length <= 100 && name.test(candidate);
}

/** A list of routes, each process once; each route holds or does not by itself. @throws InvalidRoutes when it is no list. */
export function sortRoutes(value: unknown, pointer = ""): SortedRoutes {
  const taken = new Map<string, Route>();
  const refused: RefusedRoute[] = [];
  for (const [index, one] of list(value, pointer, (item) => item).entries()) {
    try {
      const route = parseRoute(one, `${pointer}/${index}`);
      if (taken.has(route.process)) throw new InvalidRoutes(`${pointer}/${index}/process`, `"${route.process}" is routed twice`);
      taken.set(route.process, route);
    } catch (error) {
      if (!(error instanceof InvalidRoutes)) throw error;
      const isAboutPath = error instanceof InvalidPath;
      refused.push({ index, isAboutPath, why: isAboutPath ? error.why : error.message });
    }
  }
  return { taken: [...taken.values()], refused };
}

/** A list of routes that all hold. @throws InvalidRoutes. */
export function parseRoutes(value: unknown, pointer = ""): readonly Route[] {
  const { taken, refused } = sortRoutes(value, pointer);
  if (refused[0]) throw new InvalidRoutes(`${pointer}/${refused[0].index}`, refused[0].why);
  return taken;
}

/** A whole table: environments by name. A route with a path that is not served any more is left out and told. @throws InvalidRoutes. */
export function parseTable(value: unknown, tell: (refusal: string) => void): ReadonlyMap<EnvironmentName, readonly Route[]> {
  const environments = record(record(value, "")["environments"], "/environments");
  const parsed = new Map<EnvironmentName, readonly Route[]>();
  for (const [environment, routes] of Object.entries(environments)) {
    if (!isEnvironmentName(environment)) throw new InvalidRoutes("/environments", `"${environment}" is no name of an environment`);
    const { taken, refused } = sortRoutes(routes, `/environments/${environment}`);
    for (const { index, isAboutPath, why } of refused) {
      if (!isAboutPath) throw new InvalidRoutes(`/environments/${environment}/${index}`, why);
      tell(`${environment}, route ${index}: ${why}`);
    }
    parsed.set(environment, taken);
  }
  return parsed;
}

/** What a gateway says of the routes that it refused; one of an earlier release says nothing. @throws InvalidRoutes. */
export function parseRefusals(value: unknown): readonly RefusedRoute[] {
  return list(value ?? [], "/refused", (item, pointer) => {
    const { index, isAboutPath, why } = record(item, pointer);
    return {
      index: whole(index, `${pointer}/index`, 0, Number.MAX_SAFE_INTEGER),
      isAboutPath: isAboutPath === true,
      why: text(why, `${pointer}/why`, /^/, "a text"),
    };
  });
}

function parseRoute(value: unknown, pointer: string): Route {
  const fields = record(value, pointer);
  const shares = list(fields["shares"], `${pointer}/shares`, parseShare);
  checkShares(shares, `${pointer}/shares`);
  return {
    process: text(fields["process"], `${pointer}/process`, name, "a process id: lower-case words joined by hyphens"),
    timeoutMs: whole(fields["timeoutMs"], `${pointer}/timeoutMs`, 1, longestTimeoutMs),
    sticky: parseSticky(fields["sticky"], `${pointer}/sticky`),
    shares,
  };
}

function checkShares(shares: readonly Share[], pointer: string): void {
  const total = shares.reduce((sum, share) => sum + share.weight, 0);
  if (shares.length > 0 && Math.abs(total - 100) > 1e-6) throw new InvalidRoutes(pointer, `the weights add up to ${total}, not to 100`);
  if (new Set(shares.map((share) => share.digest)).size < shares.length) throw new InvalidRoutes(pointer, "a digest has two shares");
}

function parseSticky(value: unknown, pointer: string): Route["sticky"] {
  if (value === null) return null;
  const fields = record(value, pointer);
  const kind = fields["kind"];
  if (kind !== "header" && kind !== "cookie") throw new InvalidRoutes(`${pointer}/kind`, 'expected "header" or "cookie"');
  return { kind, name: text(fields["name"], `${pointer}/name`, token, `the name of a ${kind}`) };
}

function parseShare(value: unknown, pointer: string): Share {
  const fields = record(value, pointer);
  return {
    version: text(fields["version"], `${pointer}/version`, /^[0-9A-Za-z.+-]{1,200}$/, "a semantic version"),
    digest: text(fields["digest"], `${pointer}/digest`, digest, "sha256- and 64 hexadecimal digits") as Digest,
    weight: percent(fields["weight"], `${pointer}/weight`),
    endpoints: list(fields["endpoints"], `${pointer}/endpoints`, parseEndpoint),
    targets: list(fields["targets"], `${pointer}/targets`, parseTarget),
  };
}

function parseEndpoint(value: unknown, pointer: string): PublicEndpoint {
  const fields = record(value, pointer);
  return {
    method: text(fields["method"], `${pointer}/method`, method, "a method in upper case, or ANY"),
    path: parsePath(text(fields["path"], `${pointer}/path`, /^/, "a path"), `${pointer}/path`),
  };
}

function parsePath(path: string, pointer: string): string {
  try {
    return readPath(path).path;
  } catch (error) {
    if (!(error instanceof UnreadablePath)) throw error;
    throw new InvalidPath(pointer, `the path ${path.length > 200 ? `${path.slice(0, 200)}…` : path} is not served: ${error.message}`);
  }
}

function parseTarget(value: unknown, pointer: string): Target {
  const fields = record(value, pointer);
  const url = text(fields["url"], `${pointer}/url`, /^https?:\/\/[^\s]{1,2000}$/, "an http(s) URL");
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || parsed.username !== "" || parsed.search !== "" || parsed.hash !== "")
    throw new InvalidRoutes(`${pointer}/url`, "expected an http(s) URL without credentials, query and fragment");
  return { instance: text(fields["instance"], `${pointer}/instance`, /^[\x21-\x7e]{1,200}$/, "the name of an instance"), url };
}

function record(value: unknown, pointer: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new InvalidRoutes(pointer, "expected an object");
  return value as Readonly<Record<string, unknown>>;
}

function list<T>(value: unknown, pointer: string, parse: (item: unknown, pointer: string) => T): readonly T[] {
  if (!Array.isArray(value)) throw new InvalidRoutes(pointer, "expected a list");
  return value.map((item, index) => parse(item, `${pointer}/${index}`));
}

function text(value: unknown, pointer: string, pattern: RegExp, expected: string): string {
  if (typeof value !== "string" || !pattern.test(value)) throw new InvalidRoutes(pointer, `expected ${expected}`);
  return value;
}

function whole(value: unknown, pointer: string, least: number, most: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new InvalidRoutes(pointer, `expected a whole number from ${least} to ${most}`);
}

function percent(value: unknown, pointer: string): number {
  if (typeof value === "number" && value >= 0 && value <= 100) return value;
  throw new InvalidRoutes(pointer, "expected a number from 0 to 100");
}
