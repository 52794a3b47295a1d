/** Installed without traffic: is it there unchanged, and does no other process use its addresses? */

import { type Desired, desiredOf, whatIsPinned } from "../../domain/desired/resolve.ts";
import { healthCheckOf } from "../../domain/validation/health.ts";
import type { Route } from "../../domain/observed/route.ts";
import { requestsOf } from "../../domain/observed/requests.ts";
import { clashWith } from "../../domain/paths/clash.ts";
import { whyNotReady } from "../../domain/observed/observation.ts";
import type { Installed, PublicEndpoint } from "../../domain/desired/unit.ts";
import { engineRunning, wholeInventory } from "../engines.ts";
import { count, Failure, installedOf, type Subject } from "./question.ts";

export async function isInstalled({ environment, unit, on, ports }: Subject): Promise<string> {
  const inventory = await engineRunning(environment, unit.process, ports).inventory();
  const installed = installedOf(inventory, unit);
  // An engine that died comes back without what was installed last: that is installed again, and says nothing about it.
  if (!installed) throw new Error("it is not installed at the moment");
  const isInScope = ({ id }: { readonly id: string }) => on === null || on.includes(id);
  const instances = inventory.instances.filter(isInScope);
  const why = whyNotReady(installed, instances);
  if (why) throw new Error(why);
  const down = on === null ? undefined : on.find((id) => !instances.some((instance) => instance.id === id && instance.state === "ready"));
  if (down !== undefined) throw new Error(`instance ${down} is down`);
  return `installed unchanged on ${count(instances.filter((instance) => instance.state === "ready").length, "instance")}`;
}

/** Two processes at one address would be a matter of luck for callers. The health check's path is asked in private, so all may have it. */
export async function areEndpointsFree(subject: Subject): Promise<string> {
  const { environment, unit, spec, ports } = subject;
  const [inventory, routes] = await Promise.all([wholeInventory(environment, ports), ports.router.routes(environment)]);
  const shared = healthCheckOf(spec, unit.process)?.path;
  const endpoints = (installedOf(inventory, unit)?.endpoints ?? []).filter((endpoint) => endpoint.path !== shared);
  const findClash = clashWith(endpoints);
  const findNewClash = clashWith(await newlyClaimed(endpoints, routes, subject));
  for (const other of routes.filter((route) => route.process !== unit.process)) {
    const clash = findClash(endpointsOf(other));
    if (clash) await refuseTaken(subject, other, clash.endpoint);
  }
  for (const other of inventory.installed.filter((one) => one.process !== unit.process)) {
    const clash = findNewClash(other.endpoints);
    if (clash && isNewcomer(subject, other, routes)) refuseClaimed(subject, other, clash.endpoint);
  }
  return `${count(endpoints.length, "endpoint")}, served by no other process`;
}

/** What the process has answered all along no newcomer can claim, also while the version before is taken out for this one. */
async function newlyClaimed(
  endpoints: readonly PublicEndpoint[],
  routes: readonly Route[],
  { environment, unit, ports }: Subject,
): Promise<readonly PublicEndpoint[]> {
  const { processes } = await ports.journal.state(environment);
  const served = routes.find(({ process }) => process === unit.process);
  const before = processes.get(unit.process)?.rollout?.stableEndpoints ?? [];
  const had = new Set([...(served ? endpointsOf(served) : []), ...before].flatMap(requestsOf));
  return endpoints.filter((endpoint) => requestsOf(endpoint).some((request) => !had.has(request)));
}

/** The process that gives the address up hands it over at the moment of the switch, not before. */
async function refuseTaken({ environment, ports }: Subject, other: Route, taken: PublicEndpoint): Promise<void> {
  const why = `${taken.method} ${taken.path} is served by ${other.process} in this environment`;
  const wanted = ports.wanted(environment);
  const desired = desiredOf(other.process, wanted?.desired ?? null, undefined);
  if (desired?.kind === "broken") throw new Failure(why);
  if (desired?.kind === "unclear") throw new Error(`${why}, which is ${whatIsPinned(desired)}`);
  if (desired) return refuseKept({ environment, ports, why }, desired, taken);
}

async function refuseKept(
  { environment, ports, why }: Pick<Subject, "environment" | "ports"> & { readonly why: string },
  { unit, summary }: Extract<Desired, { kind: "run" }>,
  taken: PublicEndpoint,
): Promise<void> {
  if (clashWith([taken])(summary.endpoints)) throw new Failure(why);
  const { processes } = await ports.journal.state(environment);
  const refused = processes.get(unit.process)?.refused;
  if (refused?.unit.digest === unit.digest) throw new Error(`${why}, whose version ${unit.version} failed: ${refused.why}`);
}

/** Whether it shall run, and has no traffic yet. */
function isNewcomer({ environment, ports }: Subject, { process, digest }: Installed, routes: readonly Route[]): boolean {
  const wanted = ports.wanted(environment)?.desired?.processes.get(process);
  const isWanted = wanted?.kind === "run" && wanted.unit.digest === digest;
  return isWanted && !routes.some((route) => route.shares.some((share) => share.digest === digest));
}

/**
 * Newcomers are installed before they are asked, so of two at least one sees the other. The first by name waits until the
 * other is given up: if that one was asked too early to see it, it will be served, and found so.
 */
function refuseClaimed({ unit }: Subject, rival: Installed, { method, path }: PublicEndpoint): never {
  const why = `${method} ${path} is claimed by ${rival.process} ${rival.version} too`;
  throw unit.process < rival.process ? new Error(`${why}; waits until it is given up there`) : new Failure(why);
}

function endpointsOf(route: Route): readonly PublicEndpoint[] {
  return route.shares.flatMap((share) => share.endpoints);
}
