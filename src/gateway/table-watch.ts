/** The controller's side of the table: remembers what it has set, finds what somebody else has changed, and takes that back. */

import type { EnvironmentName } from "../domain/names.ts";
import type { Route, RouteRefusal } from "../domain/observed/route.ts";
import { checked } from "../domain/checked.ts";
import { heartbeat } from "../generated/validators/gateway.mjs";
import type { Heartbeat } from "../schemas/gateway.ts";
import { createLeftTable, type LeftTable } from "./left-table.ts";
import { parseTable } from "./parse-routes.ts";

/** One call to the control port. */
export interface Call {
  readonly method: "GET" | "PUT" | "POST";
  readonly path: string;
  readonly body?: string;
}

/** Sets routes; gives those that the gateway has refused. */
type SetRoutes = () => Promise<readonly RouteRefusal[]>;

export interface TableWatch {
  /** Runs a call that sets routes, and remembers what came of it. */
  setting(environment: EnvironmentName, routes: readonly Route[], set: SetRoutes): Promise<readonly RouteRefusal[]>;
  /** Asks the gateway; gives one line for each thing that somebody else has done. */
  beat(): Promise<readonly string[]>;
}

const mostNamed = 5;

/** `call` gives the answer's text. */
export function createTableWatch(call: (wanted: Call) => Promise<string>): TableWatch {
  const left = createLeftTable();
  let settings = 0;
  let isOwed = false;
  let failure = "";
  let puttingBack: Promise<unknown> = Promise.resolve();
  let last: Heartbeat | null = null;

  const setting: TableWatch["setting"] = async (environment, routes, set) => {
    await puttingBack;
    settings += 1;
    try {
      const refusals = await set();
      const refused = new Set(refusals.map(({ process }) => process));
      left.note(
        environment,
        routes.filter(({ process }) => !refused.has(process)),
      );
      return refusals;
    } catch (error) {
      left.doubt(environment, routes);
      throw error;
    } finally {
      settings -= 1;
    }
  };
  const beat = async (): Promise<readonly string[]> => {
    const now = checked(heartbeat, JSON.parse(await call({ method: "GET", path: "/heartbeat" })));
    const lines = newsOf(now, last);
    last = now;
    // What is being set just now would look like somebody else's.
    if ((now.isOwner && !isOwed) || settings > 0) return lines;
    isOwed = true;
    const back = putBack(call, left).then(
      (done) => {
        [isOwed, failure] = [false, ""];
        return done;
      },
      // The gateway is there: that it could not be put back is no reason to end it. It is tried again at the next beat.
      (error: unknown) => {
        const why = `the routing table cannot be restored yet: ${error instanceof Error ? error.message : String(error)}`;
        const isNews = why !== failure;
        failure = why;
        return isNews ? [why] : [];
      },
    );
    puttingBack = back;
    return [...lines, ...(await back)];
  };
  return { setting, beat };
}

/** Gives one line for each environment that was not as it was left. */
async function putBack(call: (wanted: Call) => Promise<string>, left: LeftTable): Promise<readonly string[]> {
  await call({ method: "PUT", path: "/owner" });
  // What the gateway itself leaves out of its table is told by it.
  const found = parseTable(JSON.parse(await call({ method: "GET", path: "/tables" })), () => undefined);
  if (!left.isKnown()) {
    left.begin(found);
    return [];
  }
  const lines: string[] = [];
  for (const [environment, routes] of left.differences(found)) {
    await call({ method: "PUT", path: `/routes/${encodeURIComponent(environment)}`, body: JSON.stringify(routes) });
    lines.push(`the routes of ${named(routes)} in ${environment} were changed by another program; they are restored`);
  }
  return lines;
}

function newsOf(now: Heartbeat, before: Heartbeat | null): readonly string[] {
  if (before === null || before.pid !== now.pid) return [];
  const lines: string[] = [];
  if (now.refused > before.refused)
    lines.push("another program has the token of the gateway and tried to change the gateway; that was refused");
  if (now.restored > before.restored)
    lines.push("another program changed the file of the routing table; it is restored, and the change had no effect");
  return lines;
}

function named(routes: readonly Route[]): string {
  const names = routes.slice(0, mostNamed).map(({ process }) => process);
  return routes.length > mostNamed ? `${names.join(", ")} and ${routes.length - mostNamed} more` : names.join(", ");
}
