import type { EnvironmentName, ProcessId } from "../domain/names.ts";
import type { Route, RouteRefusal, TrafficCount } from "../domain/observed/route.ts";

/** Shares the public traffic of an environment out between versions. Every call is safe to repeat. */
export interface Router {
  /**
   * The table as the router holds it, asked now. A route that has not changed since the answer before is the same object, and so is
   * the list when none has. @throws `router/unreachable`.
   */
  routes(environment: EnvironmentName): Promise<readonly Route[]>;

  /**
   * Makes the routes of exactly these processes so, all at once: no request sees half of it, and none already accepted is
   * disturbed. Routes of other processes stay. A route without shares is dropped. Each route is taken or refused by itself: what is
   * refused comes back with the reason, changes nothing, and holds up none of the others. @throws `router/unreachable`.
   */
  ensureRoutes(environment: EnvironmentName, routes: readonly Route[]): Promise<readonly RouteRefusal[]>;

  /**
   * Counts since the router started; they survive a change of weights. Of the processes in `counted` only, and of nobody where that is
   * empty; left out: of all. @throws `router/unreachable`.
   */
  traffic(environment: EnvironmentName, counted?: ReadonlySet<ProcessId>): Promise<readonly TrafficCount[]>;

  /** Base of the environment's public address, without a trailing slash. */
  publicAddress(environment: EnvironmentName): string;

  /** The same as its callers know it, where the environment has an address of its own, which may not be reachable from here. */
  callersAddress?(environment: EnvironmentName): string;

  /** Headers of requests that `traffic` is to count for nobody, since they are Pinion's own. Left out: it counts all. @throws `router/unreachable`. */
  checkHeaders?(): Promise<Readonly<Record<string, string>>>;
}
