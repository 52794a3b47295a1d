/** Which routes have changed since when, so that a client that has asked before gets only those. */

import { randomUUID } from "node:crypto";
import type { EnvironmentName, ProcessId } from "../domain/names.ts";
import type { Route } from "../domain/observed/route.ts";

/** What is told of an environment's routes. */
export interface RouteChanges {
  /** What to ask with next time. */
  readonly revision: string;
  /** All routes are told, since nothing is known of the revision that was asked with. */
  readonly isWhole: boolean;
  readonly routes: readonly Route[];
  /** Processes that are routed no more. */
  readonly gone: readonly ProcessId[];
}

export interface RouteLog {
  /** These routes of an environment are others than before, or gone. */
  note(environment: EnvironmentName, before: readonly Route[], now: readonly Route[]): void;
  /** `now` is the whole table of the environment. Null: nothing is known to who asks. */
  since(environment: EnvironmentName, revision: string | null, now: readonly Route[]): RouteChanges;
}

/** Of routes that are gone so many are remembered; who asked before an older one went is told everything. */
const mostGone = 10_000;

/** Begins without a past: revisions of another life mean nothing in it. */
export function createRouteLog(most = mostGone): RouteLog {
  const life = randomUUID();
  const environments = new Map<EnvironmentName, Changes>();
  let sequence = 0;
  const of = (environment: EnvironmentName): Changes => {
    const known = environments.get(environment) ?? { changed: new Map(), gone: new Map(), forgotten: 0 };
    environments.set(environment, known);
    return known;
  };
  const placeOf = (revision: string | null, { forgotten }: Changes): number | null => {
    const place = revision?.startsWith(`${life}:`) ? Number(revision.slice(life.length + 1)) : NaN;
    return Number.isInteger(place) && place >= forgotten && place <= sequence ? place : null;
  };
  return {
    note(environment, before, now) {
      const known = of(environment);
      const old = new Map(before.map((route) => [route.process, route]));
      sequence += 1;
      for (const route of now) {
        if (old.get(route.process) !== route) {
          known.changed.set(route.process, sequence);
          known.gone.delete(route.process);
        }
        old.delete(route.process);
      }
      for (const process of old.keys()) {
        known.changed.delete(process);
        known.gone.delete(process);
        known.gone.set(process, sequence);
      }
      forget(known, most);
    },
    since(environment, revision, now) {
      const known = of(environment);
      const place = placeOf(revision, known);
      const told = { revision: `${life}:${sequence}`, isWhole: place === null };
      if (place === null) return { ...told, routes: now, gone: [] };
      if (place === sequence) return { ...told, routes: [], gone: [] };
      return {
        ...told,
        routes: now.filter(({ process }) => (known.changed.get(process) ?? 0) > place),
        gone: [...known.gone].filter(([, at]) => at > place).map(([process]) => process),
      };
    },
  };
}

interface Changes {
  /** When each route changed last; left out: never since the beginning. */
  readonly changed: Map<ProcessId, number>;
  /** The last one to go at the end. */
  readonly gone: Map<ProcessId, number>;
  /** What went up to here may be forgotten. */
  forgotten: number;
}

function forget(known: Changes, most: number): void {
  for (const [process, at] of known.gone) {
    if (known.gone.size <= most) return;
    known.gone.delete(process);
    known.forgotten = at;
  }
}
