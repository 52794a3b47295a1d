/** From a request line to the service that serves it, or to the reason why none does. */

import type { EnvironmentName } from "../domain/names.ts";
import { whyForbidden } from "../domain/paths/forbidden.ts";
import type { OwnAnswer } from "./answers.ts";
import type { RoutedEnvironment, Service } from "./routing.ts";

export type Resolved =
  /** `target` is path and query as the version receives them, `prefix` what its callers write before it. */
  | {
      readonly kind: "service";
      readonly environment: EnvironmentName;
      readonly prefix: string;
      readonly target: string;
      readonly service: Service;
    }
  | { readonly kind: "none"; readonly answer: OwnAnswer };

/** The tables by environment, as they are at this moment. */
export type Environments = ReadonlyMap<EnvironmentName, RoutedEnvironment>;

export interface Asked {
  readonly method: string;
  readonly target: string;
  /** The environment whose own address was asked; null: its name stands before the path. */
  readonly own: EnvironmentName | null;
  /** It names hosts that differ. */
  readonly isAmbiguous?: boolean;
}

/** Finds the service of `/<environment>/<path>?<query>`, or of `/<path>?<query>` at an environment's own address. */
export function resolve(environments: Environments, asked: Asked): Resolved {
  if (asked.isAmbiguous) return none(400, "bad-request", "The request names more than one host.");
  const url = originForm(asked.target);
  return url === null ? none(400, "bad-request", "The request target is not a path.") : find(environments, asked, url);
}

function find(environments: Environments, { method, own }: Asked, url: string): Resolved {
  const pathEnd = firstOf(url, "?");
  const nameEnd = own === null ? Math.min(indexOr(url.indexOf("/", 1), pathEnd), pathEnd) : 0;
  const environment = own ?? url.slice(1, nameEnd);
  const routed = environments.get(environment);
  if (routed === undefined)
    return none(404, "unknown-environment", `No environment "${shown(environment)}" is routed here.`, { environment: shown(environment) });
  const path = url.slice(nameEnd, pathEnd) || "/";
  const hidden = whyForbidden(path);
  if (hidden === "malformed") return none(400, "bad-request", "The path is malformed.", { environment });
  const match = hidden === null ? routed.matcher.match(method, path) : { kind: "unknown" as const };
  if (match.kind === "served") {
    const service = sharedOut(routed, match.serves, method, path);
    return { kind: "service", environment, prefix: url.slice(0, nameEnd), target: path + url.slice(pathEnd), service };
  }
  return unserved(environment, method, path, match);
}

type Unserved = Exclude<ReturnType<RoutedEnvironment["matcher"]["match"]>, { readonly kind: "served" }>;

function unserved(environment: EnvironmentName, method: string, path: string, match: Unserved): Resolved {
  const about = { environment };
  if (match.kind === "too-long")
    return none(414, "path-too-long", "The path is too long for the patterns that it would have to be compared with.", about);
  if (match.kind === "unknown") return none(404, "not-served", `No process in ${environment} serves ${method} ${shown(path)}.`, about);
  const { allow } = match;
  const message = `No process in ${environment} serves ${method} ${shown(path)}; it takes ${allow.join(", ")}.`;
  return { kind: "none", answer: { status: 405, error: "method-not-served", message, about, headers: { allow: allow.join(", ") } } };
}

/** A request is shared out between all versions of the process that serve it, also when one has a narrower pattern for it. */
function sharedOut({ matcher }: RoutedEnvironment, service: Service, method: string, path: string): Service {
  if (!service.isPart) return service;
  return service.with(matcher.all(method, path).filter((other) => other.route === service.route));
}

/** Callers that take the gateway for a proxy send whole URLs. */
function originForm(target: string): string | null {
  if (target.startsWith("/")) return target;
  if (!/^https?:\/\//i.test(target)) return null;
  const pathAt = target.indexOf("/", target.indexOf("//") + 2);
  return pathAt < 0 ? "/" : target.slice(pathAt);
}

function none(status: number, error: string, message: string, about: Readonly<Record<string, string>> = {}): Resolved {
  return { kind: "none", answer: { status, error, message, about } };
}

function firstOf(text: string, mark: string): number {
  return indexOr(text.indexOf(mark), text.length);
}

function indexOr(index: number, otherwise: number): number {
  return index < 0 ? otherwise : index;
}

/** Bounded, so that an answer does not grow with what a caller sends. */
function shown(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
