/** With all the traffic: does the router give it to this version, does it answer there, is it counted? */

import { servingUnit } from "../../domain/seen.ts";
import { smokeTest } from "./checks.ts";
import { Failure, type Question, type Subject, tryLoad } from "./question.ts";

/** With real traffic only harmless requests are made: checks that GET, through the router. */
export async function questionsOnPublicAddress(subject: Subject): Promise<readonly Question[]> {
  const loaded = await tryLoad(subject);
  if ("question" in loaded) return [loaded.question];
  const harmless = loaded.version.checks.filter((check) => check.request.method === "GET");
  const { environment, ports } = subject;
  const place = {
    address: () => Promise.resolve(ports.router.publicAddress(environment)),
    whenSilent: () => ports.router.routes(environment),
  };
  return [
    { validation: "service_availability", subject: "", ask: () => isServing(subject) },
    ...harmless.map((check) => smokeTest(check, place, ports)),
    { validation: "monitoring_setup", subject: "", ask: () => isCounted(subject) },
  ];
}

async function isServing({ environment, unit, ports }: Subject): Promise<string> {
  const routes = await ports.router.routes(environment);
  const serving = servingUnit(routes.find((route) => route.process === unit.process) ?? null);
  if (serving?.digest !== unit.digest) throw new Failure(`the router gives the traffic to ${serving?.version ?? "nobody"}`);
  return "the router gives it all the traffic";
}

async function isCounted({ environment, ports }: Subject): Promise<string> {
  const counts = await ports.router.traffic(environment);
  return `the router counts requests of ${counts.length} version instances in this environment`;
}
