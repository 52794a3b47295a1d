/** Tells others what no decision is about: that gateway or an engine instance ends, hangs, or is there again, and that what runs has old values of secrets. */

import type { EventKind } from "../domain/journal/events.ts";
import type { GatewayStatus } from "../domain/observed/gateway-status.ts";
import type { EnvironmentName } from "../domain/names.ts";
import { emptyDecision, type Decision } from "../domain/journal/state.ts";
import { eventOf } from "../domain/events/decision-events.ts";
import type { EngineInstance } from "../domain/desired/unit.ts";
import type { Clock } from "../ports/clock.ts";
import type { Journal } from "../ports/journal.ts";
import type { Log } from "../ports/log.ts";

export interface OutagesParts {
  readonly journal: Pick<Journal, "record">;
  readonly dispatcher: { notify(): void };
  readonly clock: Clock;
  readonly log: Log;
  /** What is told as down; survives a restart. */
  readonly memory: { read(): string | null; write(text: string): void };
  /** All that have to do with the gateway. */
  environments(): readonly EnvironmentName[];
  /** When the controller started; default false. Then its return is news, also if another controller reported its end. */
  readonly wasGatewayDown?: boolean;
}

export interface Outages {
  /** Told in every environment, since all of them are reached through it. */
  gateway(status: GatewayStatus): void;
  engine(environment: EnvironmentName, instance: EngineInstance): void;
  /** Reported each time: the caller reports it once. */
  secrets(environment: EnvironmentName, why: string): void;
  /** Tries no more to record what could not be recorded. */
  stop(): void;
}

/** How long after a failure to record an outage it is tried again, in milliseconds. */
const againAfterMs = 5_000;
/** How many may wait to be recorded; past it the oldest are told by the log alone. */
const mostWaiting = 1_000;

/** What went on being down is told once, and its return only after that. What cannot be recorded, as on a full disk, is told once it can be. */
export function createOutages({ environments, wasGatewayDown = false, memory, ...parts }: OutagesParts): Outages {
  const down = new Set([...readDown(memory), ...(wasGatewayDown ? ["gateway"] : [])]);
  const isNews = (what: string, isUp: boolean): boolean => {
    if (down.has(what) !== isUp) return false;
    if (isUp) down.delete(what);
    else down.add(what);
    keepDown(down, memory, parts.log);
    return true;
  };
  const recorder = createRecorder(parts);

  function tell(environment: EnvironmentName, about: string, kind: EventKind, why: string): void {
    const decision = emptyDecision(environment, parts.clock.now());
    recorder.add({ ...decision, events: [eventOf(decision, about, { kind, why })] });
  }

  return {
    gateway({ state, why }) {
      if (!isNews("gateway", state === "up")) return;
      const kind = state === "up" ? "gateway-up" : "gateway-down";
      for (const environment of environments())
        tell(environment, `${environment}.gateway`, kind, textOf("the gateway", state === "up", why));
    },
    engine(environment, { id, state, why }) {
      const about = `${environment}.${id}`;
      if (state === "starting" || !isNews(about, state === "ready")) return;
      tell(environment, about, state === "ready" ? "engine-up" : "engine-down", textOf(id, state === "ready", why));
    },
    secrets: (environment, why) => tell(environment, `${environment}.secrets`, "secrets-changed", why),
    stop: () => recorder.stop(),
  };
}

/** What cannot be read is not known. */
function readDown(memory: OutagesParts["memory"]): readonly string[] {
  try {
    const names: unknown = JSON.parse(memory.read() ?? "[]");
    return Array.isArray(names) ? names.map(String) : [];
  } catch {
    return [];
  }
}

function keepDown(down: ReadonlySet<string>, memory: OutagesParts["memory"], log: Log): void {
  try {
    memory.write(JSON.stringify([...down]));
  } catch (error) {
    log.warn({ error }, "outages cannot be recorded for the next controller");
  }
}

interface Recorder {
  add(decision: Decision): void;
  stop(): void;
}

/** One after the other and in their order: an end is never told before its beginning. */
function createRecorder({ journal, dispatcher, clock, log }: Pick<OutagesParts, "journal" | "dispatcher" | "clock" | "log">): Recorder {
  const stopping = new AbortController();
  const waiting: Decision[] = [];
  const warned = new WeakSet<Decision>();
  let isRecording = false;

  async function recordAll(): Promise<void> {
    if (isRecording) return;
    isRecording = true;
    for (let decision = waiting[0]; decision !== undefined && !stopping.signal.aborted; decision = waiting[0]) {
      // It may have been given up meanwhile.
      if (!(await isRecorded(decision))) await clock.sleep(againAfterMs, stopping.signal);
      else if (waiting[0] === decision) waiting.shift();
    }
    isRecording = false;
  }

  async function isRecorded(decision: Decision): Promise<boolean> {
    try {
      await journal.record(decision);
    } catch (error) {
      if (!warned.has(decision))
        log.error({ environment: decision.environment, error }, `an outage cannot be recorded yet: ${whyOf(decision)}`);
      warned.add(decision);
      return false;
    }
    dispatcher.notify();
    return true;
  }

  return {
    add(decision) {
      waiting.push(decision);
      const given = waiting.length > mostWaiting ? waiting.shift() : undefined;
      if (given) log.error({ environment: given.environment }, `an outage gets no event, only this log line: ${whyOf(given)}`);
      void recordAll();
    },
    stop: () => stopping.abort(),
  };
}

function whyOf({ events }: Decision): string {
  return events[0]?.why ?? "";
}

function textOf(what: string, isUp: boolean, why: string): string {
  if (!isUp) return `${what} is down: ${why}`;
  return `${what} is up again${why === "" ? "" : `, after: ${why}`}`;
}
