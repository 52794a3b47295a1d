/** Who gets the traffic of a process, as the router holds it. */

import type { Digest, Percent, ProcessId, Version } from "../names.ts";
import type { PublicEndpoint } from "../desired/unit.ts";

export interface Target {
  readonly instance: string;
  /** Base of the private address; the public path is appended to it. */
  readonly url: string;
}

export interface Share {
  readonly version: Version;
  readonly digest: Digest;
  /** All weights of a route add up to 100. */
  readonly weight: Percent;
  readonly endpoints: readonly PublicEndpoint[];
  readonly targets: readonly Target[];
}

/** A decision that took the traffic of a route back while nothing could be recorded: a controller that starts knows it from here. */
export interface TakenBack {
  /** The deployment that it rejects. */
  readonly deployment: string;
  readonly trigger: string;
  readonly why: string;
}

export interface Route {
  readonly process: ProcessId;
  readonly timeoutMs: number;
  readonly sticky: { readonly kind: "header" | "cookie"; readonly name: string } | null;
  /** Empty: the process gets no traffic and its paths answer 404. */
  readonly shares: readonly Share[];
  /** Changes nothing for callers. It is kept with the route, until the route is set anew. */
  readonly takenBack?: TakenBack;
}

/** A route that the router does not take. */
export interface RouteRefusal {
  readonly process: ProcessId;
  /** Whether one of its paths is at fault, which its author can fix. Anything else is a bug in the code that made the route. */
  readonly isAboutPath: boolean;
  readonly why: string;
}

/** What went through the router since it started, per process, version and instance. */
export interface TrafficCount {
  readonly process: ProcessId;
  readonly version: Version;
  readonly digest: Digest;
  readonly instance: string;
  readonly requests: number;
  /** Answers with status 500 and above, and requests that got none. */
  readonly errors: number;
  readonly inFlight: number;
  /** Cumulative counts by upper bound in milliseconds, as Prometheus histograms have them. */
  readonly latency: readonly { readonly leMs: number; readonly count: number }[];
  readonly latencySumMs: number;
}
