/**
 * Loads a candidate on its private addresses with its own checks: so many requests, so many at once, so long at most. Only
 * checks that change nothing are repeated, because fifty orders are not one order; without any, the health check is asked.
 */

import { isHarmless, whyNotAsExpected } from "../../domain/validation/checks.ts";
import type { PerformanceTest } from "../../domain/desired/environment.ts";
import { healthCheckOf } from "../../domain/validation/health.ts";
import { describeLoad, type Load, type LoadSample, whyLoadFails } from "../../domain/validation/load.ts";
import type { Instant } from "../../domain/names.ts";
import type { Answer, ProbeRequest } from "../../ports/prober.ts";
import { below } from "../../domain/validation/probe-path.ts";
import type { Ports } from "../ports.ts";
import { requestOf } from "./checks.ts";
import { onPlacements } from "./placements.ts";
import { type Asked, Failure, messageOf, type Question, SaysNothing } from "./question.ts";

export function performanceTest(asked: Asked, about: Pick<Question, "validation" | "subject">): Pick<Question, "ask" | "turn"> {
  const test = asked.spec.validation.performance;
  if (test === null) throw new Error("no load is set");
  const parts = partsOf(asked);
  // Waiting would not make anything to ask: a process that only works by schedule must not be kept out for ever.
  if (parts.length === 0) return { ask: () => Promise.resolve("nothing to load: it has no check that GETs, and no health check is set") };
  return { ask: () => onPlacements(asked, about, (placements) => run(asked, test, spread(parts, placements))), turn: "load" };
}

/** One request that the load repeats. */
interface Part {
  request(address: string): ProbeRequest;
  whyWrong(answer: Answer): string | null;
}

function partsOf({ checks, spec, unit }: Asked): readonly Part[] {
  const harmless = checks.filter(isHarmless).map((check) => ({
    request: (address: string) => requestOf(check, address),
    whyWrong: (answer: Answer) => inContext(check.request, whyNotAsExpected(check.expect, answer)),
  }));
  const health = healthCheckOf(spec, unit.process);
  return harmless.length > 0 || health === null ? harmless : [healthPart(health.path, health.timeoutMs)];
}

function healthPart(path: string, timeoutMs: number): Part {
  return {
    request: (address) => ({ url: below(address, path), method: "GET", headers: {}, body: null, timeoutMs }),
    whyWrong: ({ status }) => (status >= 200 && status < 300 ? null : `GET ${path}: answered ${status}`),
  };
}

function inContext({ method, path }: { readonly method: string; readonly path: string }, why: string | null): string | null {
  return why === null ? null : `${method} ${path}: ${why}`;
}

type Shot = Pick<Part, "whyWrong"> & { readonly request: ProbeRequest };

/** Every part on every instance, in turns. */
function spread(parts: readonly Part[], placements: readonly { readonly address: string }[]): readonly Shot[] {
  return placements.flatMap(({ address }) =>
    parts.map((part) => ({ request: part.request(address), whyWrong: (answer: Answer) => part.whyWrong(answer) })),
  );
}

async function run(asked: Asked, test: PerformanceTest, shots: readonly Shot[]): Promise<string> {
  const { ports, deadline } = asked;
  const startedAt = ports.clock.now();
  const until = Math.min(startedAt + test.durationMs, deadline ?? Infinity);
  const samples = await fire(test, shots, { asked, until });
  if (!(await asked.isUnderWay())) throw new SaysNothing("its deployment went on without it");
  const endedAt = ports.clock.now();
  const load: Load = { samples, tookMs: Math.max(1, endedAt - startedAt), endedAt };
  const why = whyLoadFails(load, test.checks);
  if (why !== null) throw new Failure(`${why} (${describeLoad(load)})`);
  return describeLoad(load);
}

interface Bounds {
  readonly asked: Asked;
  readonly until: Instant;
}

/** Never more than `concurrency` at once; stops at `requests`, when the time is over, or when the result is not needed any more. */
async function fire(
  { requests, concurrency }: PerformanceTest,
  shots: readonly Shot[],
  { asked, until }: Bounds,
): Promise<readonly LoadSample[]> {
  const samples: LoadSample[] = [];
  let sent = 0;
  const oneAfterTheOther = async (): Promise<void> => {
    while (sent < requests && asked.ports.clock.now() < until && (await asked.isUnderWay())) {
      const shot = shots[sent % shots.length];
      sent += 1;
      if (shot) samples.push(await shoot(shot, asked.ports, until));
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, requests) }, oneAfterTheOther));
  return samples;
}

/** A timer may go off a little before the clock says so. */
const timerSlackMs = 5;

async function shoot({ request, whyWrong }: Shot, ports: Ports, until: Instant): Promise<LoadSample> {
  const sentAt = ports.clock.now();
  const left = Math.max(1, until - sentAt);
  try {
    const answer = await ports.prober.ask({ ...request, timeoutMs: Math.min(request.timeoutMs, left) });
    const why = whyWrong(answer);
    return why === null ? { kind: "answered", durationMs: answer.durationMs } : { kind: "wrong", durationMs: answer.durationMs, why };
  } catch (error) {
    const durationMs = ports.clock.now() - sentAt;
    const isCut = left < request.timeoutMs && ports.clock.now() >= until - timerSlackMs;
    return isCut ? { kind: "cut", durationMs } : { kind: "wrong", durationMs, why: messageOf(error) };
  }
}
