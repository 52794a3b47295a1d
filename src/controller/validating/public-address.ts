/** With all the traffic: does the router give it to this version, does it answer there, is it counted? */

import { isHarmless, isSmokeTest } from "../../domain/validation/checks.ts";
import { servingUnit, whyNotReady } from "../../domain/observed/observation.ts";
import { engineRunning } from "../engines.ts";
import { publicly } from "./checks.ts";
import { type Asked, Failure, installedOf, type Question, type Subject } from "./question.ts";

export function serviceAvailability(subject: Subject): readonly Question[] {
  return [{ validation: "service_availability", subject: "", ask: () => isServing(subject) }];
}

export function monitoringSetup(subject: Subject): readonly Question[] {
  return [{ validation: "monitoring_setup", subject: "", ask: () => isCounted(subject) }];
}

/** What a version's harmless smoke tests say about what it keeps, asked as its callers ask it. */
export function dataIntegrity(asked: Asked): readonly Question[] {
  const checks = asked.checks.filter((check) => isSmokeTest(check) && isHarmless(check));
  if (checks.length > 0) return publicly(asked, "data_integrity", checks);
  const ask = () => Promise.resolve("it has no smoke test that can be asked with real traffic");
  return [{ validation: "data_integrity", subject: "", ask }];
}

async function isServing(subject: Subject): Promise<string> {
  const { environment, unit, ports } = subject;
  const routes = await ports.router.routes(environment);
  const route = routes.find((candidate) => candidate.process === unit.process) ?? null;
  const serving = servingUnit(route);
  if (serving?.digest !== unit.digest) throw new Failure(`the router gives the traffic to ${serving?.version ?? "nobody"}`);
  const others = route?.shares.filter((share) => share.digest !== unit.digest && share.weight > 0) ?? [];
  if (others[0]) throw new Failure(`the router gives ${others[0].weight} % of the traffic to ${others[0].version}`);
  return subject.isRollback ? isAnswering(subject) : "the router gives it all the traffic";
}

/** A rollback is proven when its target answers, too. */
async function isAnswering({ environment, unit, ports }: Subject): Promise<string> {
  const inventory = await engineRunning(environment, unit.process, ports).inventory();
  const installed = installedOf(inventory, unit);
  if (!installed) throw new Failure("the router gives it all the traffic, but it is not installed");
  const why = whyNotReady(installed, inventory.instances);
  if (why) throw new Error(why);
  return "the router gives it all the traffic, and it answers on every instance";
}

async function isCounted({ environment, ports }: Subject): Promise<string> {
  const counts = await ports.router.traffic(environment);
  return `the router counts requests of ${counts.length} version instances in this environment`;
}
