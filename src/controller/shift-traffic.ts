/** Gives versions their shares of the traffic: many processes in one call to the router. */

import type { Weight } from "../domain/journal/actions.ts";
import type { EnvironmentSpec } from "../domain/desired/environment.ts";
import { PinionError } from "../domain/errors.ts";
import type { EngineKind, EnvironmentName, ProcessId, UnitRef } from "../domain/names.ts";
import type { Route, RouteRefusal, Share, TakenBack } from "../domain/observed/route.ts";
import type { OwedAction } from "../domain/journal/state.ts";
import type { Installed, Inventory } from "../domain/desired/unit.ts";
import { attempt, done, type Owed, of, type Refusal } from "./owed.ts";
import type { Ports } from "./ports.ts";

/** Where a version answers now; null: nowhere. */
type Find = (unit: UnitRef) => Installed | null;

/** Why traffic is taken back, of the processes of which nothing else says it: see `protect.ts`. */
export type Unsaid = ReadonlyMap<ProcessId, TakenBack>;

export async function shiftTraffic(
  environment: EnvironmentName,
  due: readonly OwedAction[],
  ports: Ports,
  unsaid: Unsaid = new Map(),
): Promise<readonly Refusal[]> {
  const owed = of(due, "ensure-weights");
  if (owed.length === 0) return [];
  return attempt(owed, [], async () => {
    const find = await finding(environment, ports);
    const spec = ports.wanted(environment)?.environment.spec ?? null;
    const possible = new Map(owed.flatMap((entry) => asEntry(entry, routeFor(entry.action, find, spec))));
    const alone = await withoutPartners([...possible.keys()], environment, ports);
    const routes = new Map([...possible].filter(([entry]) => !alone.has(entry)));
    const said = [...routes.values()].map((route) => withReason(route, unsaid.get(route.process)));
    const refused = said.length > 0 ? await ports.router.ensureRoutes(environment, said) : [];
    const why = new Map(refused.map((refusal) => [refusal.process, refusal]));
    await done(
      environment,
      [...routes.keys()].filter(({ action }) => !why.has(action.process)),
      ports,
    );
    return owed.flatMap((entry) => refusalOf(entry, routes.has(entry), why.get(entry.action.process)));
  });
}

function withReason(route: Route, takenBack: TakenBack | undefined): Route {
  return takenBack ? { ...route, takenBack } : route;
}

function refusalOf(entry: Owed<"ensure-weights">, wasAsked: boolean, refusal: RouteRefusal | undefined): readonly Refusal[] {
  if (!wasAsked) return [{ owed: entry, error: nowhere(entry) }];
  return refusal ? [{ owed: entry, error: errorOf(refusal) }] : [];
}

/** What the author of a version can fix rejects that version; anything else is a bug, and tried again. */
function errorOf({ isAboutPath, why }: RouteRefusal): Error {
  return isAboutPath ? new PinionError("router/refused", why) : new Error(`the router refuses the route: ${why}`);
}

function asEntry(entry: Owed<"ensure-weights">, route: Route | null): readonly (readonly [Owed<"ensure-weights">, Route])[] {
  return route ? [[entry, route]] : [];
}

/** Those whose paths change owner together with others that cannot be routed now: half of it would leave callers without an answer. */
async function withoutPartners(
  possible: readonly Owed<"ensure-weights">[],
  environment: EnvironmentName,
  ports: Ports,
): Promise<ReadonlySet<OwedAction>> {
  if (possible.every(({ action }) => action.with === undefined)) return new Set();
  const all = of((await ports.journal.state(environment)).owed, "ensure-weights");
  const isPossible = new Set(possible.map(({ action }) => action.process));
  const impossible = new Set(all.map(({ action }) => action.process).filter((process) => !isPossible.has(process)));
  const alone = possible.filter(({ action }) => action.with?.some((process) => impossible.has(process)));
  return new Set(alone);
}

function nowhere({ action }: Owed<"ensure-weights">): PinionError {
  return new PinionError("engine/unreachable", `no engine instance runs the version that must get the traffic of ${action.process}`);
}

/**
 * While some version of a process answers, only what answers gets its traffic. When none does, the traffic goes to where the
 * version answered last: there it will answer first, and a version that takes the engine down with it is rid of its callers.
 */
async function finding(environment: EnvironmentName, ports: Ports): Promise<Find> {
  const kinds = await Promise.all(ports.engineKinds(environment).map((kind) => inventoryOf(environment, kind, ports)));
  const inventories = kinds.filter((inventory) => inventory !== null);
  return (unit) => {
    const inventory = inventories.find((each) => isAnsweredBySome(unit, each));
    return inventory ? findIn(inventory, unit) : ports.placements.last(environment, unit);
  };
}

/** Null: it does not answer. */
async function inventoryOf(environment: EnvironmentName, kind: EngineKind, ports: Ports): Promise<Inventory | null> {
  const inventory = await ports
    .engine(environment, kind)
    .inventory(new Set())
    .catch((error: unknown) => (isSilence(error) ? null : Promise.reject(error)));
  if (inventory) ports.placements.remember(environment, kind, inventory);
  return inventory;
}

function isSilence(error: unknown): boolean {
  return error instanceof PinionError && error.code === "engine/unreachable";
}

function isAnsweredBySome({ process }: UnitRef, { installed }: Inventory): boolean {
  return installed.some((unit) => unit.process === process && unit.placements.some(({ ready }) => ready));
}

function findIn({ installed }: Inventory, unit: UnitRef): Installed | null {
  return installed.find((candidate) => candidate.process === unit.process && candidate.digest === unit.digest) ?? null;
}

/** Null when a version that shall get traffic answers nowhere: better no change than traffic into the void. */
function routeFor(action: Owed<"ensure-weights">["action"], find: Find, spec: EnvironmentSpec | null): Route | null {
  const shares = action.weights.map((weight) => shareFor(weight, find));
  const answering = shares.filter((share) => share !== null);
  if (answering.length < shares.length) return null;
  return { process: action.process, timeoutMs: spec?.requestTimeoutMs ?? 30_000, sticky: spec?.sticky ?? null, shares: answering };
}

function shareFor({ unit, weight, on }: Weight, find: Find): Share | null {
  const installed = find(unit);
  const ready = installed?.placements.filter((placement) => placement.ready && (on?.includes(placement.instance) ?? true)) ?? [];
  if (!installed || ready.length === 0) return null;
  const targets = ready.map(({ instance, address }) => ({ instance, url: address }));
  return { version: unit.version, digest: unit.digest, weight, endpoints: installed.endpoints, targets };
}
