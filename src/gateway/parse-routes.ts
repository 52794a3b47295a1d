/** The door for routes: what the control port receives and what the table file holds become domain values here. */

import { checked, Mismatch } from "../domain/checked.ts";
import type { EnvironmentName } from "../domain/names.ts";
import { readPath } from "../domain/paths/path-pattern.ts";
import { UnreadablePath } from "../domain/paths/unreadable-path.ts";
import type { Route, RouteRefusal, Share, TakenBack } from "../domain/observed/route.ts";
import * as fits from "../generated/validators/gateway.mjs";

/** A path that is not served: its author can fix it. */
class InvalidPath extends Mismatch {
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

/** Whether a text can name an environment; such a name is safe as a path segment and as a map key. */
export function isEnvironmentName(candidate: string): boolean {
  return candidate.length <= 100 && name.test(candidate);
}

/** A list of routes, each process once; each route holds or does not by itself. @throws Mismatch when it is no list. */
export function sortRoutes(value: unknown, pointer = ""): SortedRoutes {
  const taken = new Map<string, Route>();
  const refused: RefusedRoute[] = [];
  for (const [index, one] of checked(fits.list, value, pointer).entries()) {
    try {
      const route = parseRoute(one, `${pointer}/${index}`);
      if (taken.has(route.process)) throw new Mismatch(`${pointer}/${index}/process`, `"${route.process}" is routed twice`);
      taken.set(route.process, route);
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      const isAboutPath = error instanceof InvalidPath;
      refused.push({ index, isAboutPath, why: isAboutPath ? error.why : error.message });
    }
  }
  return { taken: [...taken.values()], refused };
}

/** A list of routes that all hold. @throws Mismatch. */
export function parseRoutes(value: unknown, pointer = ""): readonly Route[] {
  const { taken, refused } = sortRoutes(value, pointer);
  if (refused[0]) throw new Mismatch(`${pointer}/${refused[0].index}`, refused[0].why);
  return taken;
}

/** A whole table: environments by name. A route with a path that is not served any more is left out and told. @throws Mismatch. */
export function parseTable(value: unknown, tell: (refusal: string) => void): ReadonlyMap<EnvironmentName, readonly Route[]> {
  const parsed = new Map<EnvironmentName, readonly Route[]>();
  for (const [environment, routes] of Object.entries(checked(fits.table, value).environments)) {
    if (!isEnvironmentName(environment)) throw new Mismatch("/environments", `"${environment}" is no name of an environment`);
    const { taken, refused } = sortRoutes(routes, `/environments/${environment}`);
    for (const { index, isAboutPath, why } of refused) {
      if (!isAboutPath) throw new Mismatch(`/environments/${environment}/${index}`, why);
      tell(`${environment}, route ${index}: ${why}`);
    }
    parsed.set(environment, taken);
  }
  return parsed;
}

/** With its fields in one order and nothing else, so that equal routes are equal texts. */
function parseRoute(value: unknown, pointer: string): Route {
  const { process, timeoutMs, sticky, shares, takenBack } = checked(fits.route, value, pointer);
  const taken = shares.map((share, index) => parseShare(share, `${pointer}/shares/${index}`));
  checkShares(taken, `${pointer}/shares`);
  const route = { process, timeoutMs, sticky: sticky && { kind: sticky.kind, name: sticky.name }, shares: taken };
  return takenBack ? { ...route, takenBack: parseTakenBack(takenBack) } : route;
}

function parseTakenBack({ deployment, trigger, why }: TakenBack): TakenBack {
  return { deployment, trigger, why };
}

function parseShare({ version, digest, weight, endpoints, targets }: Share, pointer: string): Share {
  return {
    version,
    digest,
    weight,
    endpoints: endpoints.map(({ method, path }, index) => ({ method, path: parsePath(path, `${pointer}/endpoints/${index}/path`) })),
    targets: targets.map(({ instance, url }, index) => {
      if (!isPlainUrl(url))
        throw new Mismatch(`${pointer}/targets/${index}/url`, "expected an http(s) URL without credentials, query and fragment");
      return { instance, url };
    }),
  };
}

function checkShares(shares: readonly Share[], pointer: string): void {
  const total = shares.reduce((sum, share) => sum + share.weight, 0);
  if (shares.length > 0 && Math.abs(total - 100) > 1e-6) throw new Mismatch(pointer, `the weights add up to ${total}, not to 100`);
  if (new Set(shares.map((share) => share.digest)).size < shares.length) throw new Mismatch(pointer, "a digest has two shares");
}

function parsePath(path: string, pointer: string): string {
  try {
    return readPath(path).path;
  } catch (error) {
    if (!(error instanceof UnreadablePath)) throw error;
    throw new InvalidPath(pointer, `the path ${path.length > 200 ? `${path.slice(0, 200)}…` : path} is not served: ${error.message}`);
  }
}

function isPlainUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, search, hash } = new URL(url);
  return username === "" && search === "" && hash === "";
}
