/** Installed without traffic: is it there unchanged, does it answer, do its smoke tests pass on its private address? */

import type { Route } from "../../domain/route.ts";
import { whyNotReady } from "../../domain/seen.ts";
import type { PublicEndpoint } from "../../domain/unit.ts";
import type { Wanted } from "../ports.ts";
import { healthCheck, smokeTest } from "./checks.ts";
import { count, Failure, installedOf, type Question, type Subject, tryLoad } from "./question.ts";

export async function questionsOnPrivateAddress(subject: Subject): Promise<readonly Question[]> {
  const loaded = await tryLoad(subject);
  if ("question" in loaded) return [loaded.question];
  // A version that takes its engine down with it is silent too: silence always counts as a failure here.
  const place = { address: () => privateAddress(subject), whenSilent: () => Promise.resolve() };
  return [
    { validation: "step_validation", subject: "installation", ask: () => isInstalled(subject) },
    { validation: "step_validation", subject: "endpoints", ask: () => areEndpointsFree(subject) },
    ...healthCheck(subject),
    ...loaded.version.checks.map((check) => smokeTest(check, place, subject.ports)),
  ];
}

async function isInstalled({ environment, unit, ports }: Subject): Promise<string> {
  const inventory = await ports.engine(environment).inventory();
  const installed = installedOf(inventory, unit);
  if (!installed) throw new Failure("it is not installed any more");
  const why = whyNotReady(installed, inventory.instances);
  if (why) throw new Error(why);
  return `installed unchanged on ${count(installed.placements.length, "instance")}`;
}

/** Two processes at one address would be a matter of luck for callers. The health check's path is asked in private, so all may have it. */
async function areEndpointsFree({ environment, unit, ports }: Subject): Promise<string> {
  const [inventory, routes] = await Promise.all([ports.engine(environment).inventory(), ports.router.routes(environment)]);
  const shared = healthCheckPath(ports.wanted(environment));
  const endpoints = (installedOf(inventory, unit)?.endpoints ?? []).filter((endpoint) => endpoint.path !== shared);
  for (const other of routes.filter((route) => route.process !== unit.process)) {
    const taken = endpoints.find((endpoint) => isServedBy(other, endpoint));
    if (!taken) continue;
    const why = `${taken.method} ${taken.path} is served by ${other.process} in this environment`;
    // One that is no longer pinned is on its way out: worth waiting for.
    throw ports.wanted(environment)?.desired?.processes.has(other.process) ? new Failure(why) : new Error(why);
  }
  return `${count(endpoints.length, "endpoint")}, served by no other process`;
}

function healthCheckPath(wanted: Wanted | null): string | null {
  const strategy = wanted?.environment.spec?.strategy;
  return strategy?.kind === "blue-green" ? strategy.healthCheckUrl : null;
}

function isServedBy(route: Route, { method, path }: PublicEndpoint): boolean {
  return route.shares.some((share) => share.endpoints.some((endpoint) => endpoint.method === method && endpoint.path === path));
}

async function privateAddress({ environment, unit, ports }: Subject): Promise<string> {
  const placement = installedOf(await ports.engine(environment).inventory(), unit)?.placements.find((candidate) => candidate.ready);
  if (!placement) throw new Error("it answers on no instance at the moment");
  return placement.address;
}
