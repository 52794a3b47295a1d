/** The environment's health check: a path that must answer 2xx on every instance within its time. */

import { healthCheckOf } from "../../domain/validation/health.ts";
import { below } from "../../domain/validation/probe-path.ts";
import type { Ports } from "../ports.ts";
import { onPlacements } from "./placements.ts";
import { count, Failure, messageOf, type Question, SaysNothing, type Subject } from "./question.ts";

/** Between two tries of a health check. */
const healthPauseMs = 250;

export function healthCheck(subject: Subject, about: About): Pick<Question, "ask" | "turn"> {
  const found = healthCheckOf(subject.spec, subject.unit.process);
  if (found === null) throw new Error("nothing is asked for its health");
  return { ask: () => isHealthy(subject, about, found), turn: "request" };
}

type About = Pick<Question, "validation" | "subject">;

/** Asks every instance until it answers 2xx or the time is over. */
function isHealthy(
  subject: Subject,
  about: About,
  { path, timeoutMs }: { readonly path: string; readonly timeoutMs: number },
): Promise<string> {
  const { ports } = subject;
  const deadline = Math.min(ports.clock.now() + timeoutMs, subject.deadline ?? Infinity);
  return onPlacements(subject, about, async (placements) => {
    for (const placement of placements) await untilHealthy(below(placement.address, path), deadline, subject);
    return `2xx on ${count(placements.length, "instance")}`;
  });
}

async function untilHealthy(url: string, deadline: number, { ports, isUnderWay }: Subject): Promise<void> {
  for (;;) {
    const left = Math.max(1, deadline - ports.clock.now());
    const seen = await tryGet(url, left, ports);
    if (seen === "healthy") return;
    if (ports.clock.now() + healthPauseMs >= deadline) throw new Failure(`${seen}, and the time for it is over`);
    await ports.clock.sleep(healthPauseMs);
    if (!(await isUnderWay())) throw new SaysNothing("its deployment went on without it");
  }
}

async function tryGet(url: string, timeoutMs: number, ports: Ports): Promise<string> {
  try {
    const { status } = await ports.prober.ask({ url, method: "GET", headers: {}, body: null, timeoutMs });
    return status >= 200 && status < 300 ? "healthy" : `answered ${status}`;
  } catch (error) {
    return messageOf(error);
  }
}
