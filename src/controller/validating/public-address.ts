/** With all the traffic: does the router give it to this version, does it answer there, is it counted? */

import { servingUnit, whyNotReady } from "../../domain/observed/observation.ts";
import { engineRunning } from "../engines.ts";
import { Failure, installedOf, type Subject } from "./question.ts";

export async function isServing(subject: Subject): Promise<string> {
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

export async function isCounted({ environment, ports }: Subject): Promise<string> {
  const counts = await ports.router.traffic(environment);
  return `the router counts requests of ${counts.length} version instances in this environment`;
}
