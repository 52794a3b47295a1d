/** A worker of a gateway: serves connections that its primary hands to it, by the table that its primary gives it. */

import type { Socket } from "node:net";
import pLimit from "p-limit";
import type { EnvironmentName } from "../../domain/names.ts";
import type { Log } from "../../ports/log.ts";
import { type Counter, createCounters } from "../counters.ts";
import { type LiveTable, openLiveTable } from "../live-table.ts";
import { createPublicServer, type PublicServer } from "../public-server.ts";
import { createUpstreams, type Upstreams } from "../upstreams.ts";
import type { Ask, FromWorker, RouteChange, ToWorker, WorkerSettings } from "../messages.ts";
import { takeReport } from "../reports.ts";

/** The way to the primary. */
export interface Channel {
  send(message: FromWorker): void;
  /** Ends the process. */
  exit(code: number): void;
}

/** What the primary's messages are given to. */
export interface Worker {
  take(message: ToWorker, socket: Socket | undefined): void;
  /** Finishes what is in flight and ends the process, at the latest after `limitMs`. */
  leave(limitMs: number): Promise<void>;
}

interface Serving {
  readonly table: LiveTable;
  readonly upstreams: Upstreams;
  readonly open: PublicServer;
  /** Tells counts and closed connections. */
  report(): void;
}

const forgetCountersAfterMs = 60_000;
const sweepEveryMs = 30_000;

export function createWorker(channel: Channel): Worker {
  const log = logTo(channel);
  let serving: Serving | null = null;
  let isLeaving = false;
  // One after the other, so that answers come in the order asked.
  const inTurn = pLimit(1);

  const answer = async (ask: Ask): Promise<void> => {
    if (ask.kind === "begin") serving = await begin(ask.settings, ask.table, channel, log);
    else if (ask.kind === "routes") await apply(serving, ask.changes);
    else if (ask.kind === "report") serving?.report();
  };
  const leave = async (limitMs: number): Promise<void> => {
    if (isLeaving) return;
    isLeaving = true;
    setTimeout(() => channel.exit(1), limitMs + 2_000).unref();
    await serving?.open.finish(limitMs);
    serving?.report();
    await serving?.upstreams.close();
    channel.exit(0);
  };
  return {
    leave,
    take(message, socket) {
      if (message.kind === "leave") return void leave(message.limitMs);
      if (message.kind === "connection") {
        channel.send({ kind: "taken", id: message.id });
        return takeIn(serving, socket, message.listener);
      }
      const { id, ask } = message;
      void inTurn(() => answer(ask)).then(
        () => channel.send({ kind: "done", id }),
        (error: unknown) => {
          log.error({ error: String(error) }, "a gateway worker cannot do what its primary asks; it ends");
          channel.exit(1);
        },
      );
    },
  };
}

function takeIn(serving: Serving | null, socket: Socket | undefined, environment: EnvironmentName | null): void {
  if (serving && socket) serving.open.take(socket, environment);
  else socket?.destroy();
}

async function begin(settings: WorkerSettings, whole: readonly RouteChange[], channel: Channel, log: Log): Promise<Serving> {
  const touched = new Set<Counter>();
  let closed = 0;
  let ejected = "";
  let timer: NodeJS.Timeout | null = null;
  const report = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    const refusing = upstreams.all().flatMap(({ origin, isEjected }) => (isEjected ? [origin] : []));
    const isNews = refusing.join(" ") !== ejected;
    if (touched.size === 0 && closed === 0 && !isNews) return;
    channel.send({ kind: "report", counters: [...touched].map(takeReport), closed, ejected: isNews ? refusing : null });
    ejected = refusing.join(" ");
    closed = 0;
    touched.clear();
  };
  const soon = () => {
    timer ??= setTimeout(report, settings.reportEveryMs).unref();
  };
  const counters = createCounters(forgetCountersAfterMs, (counter) => {
    touched.add(counter);
    soon();
  });
  const upstreams = createUpstreams({ log, onChange: soon });
  // The primary has said what is wrong with the table.
  const table = await openLiveTable({ storage: inMemory(whole), counters, upstreams, log: silent });
  const onClosed = () => {
    closed += 1;
    soon();
  };
  const { checkMark } = settings;
  const open = createPublicServer({ environments: table.environments, upstreams, settings, checkMark, log, onClosed });
  setInterval(table.sweep, sweepEveryMs).unref();
  return { table, upstreams, open, report };
}

async function apply(serving: Serving | null, changes: readonly RouteChange[]): Promise<void> {
  if (serving === null) throw new Error("a change of the table came before the table");
  await Promise.all(changes.map(({ environment, routes }) => serving.table.replace(environment, routes)));
  // What was begun by the table before is known before the new one is said to be in force.
  serving.report();
}

function inMemory(whole: readonly RouteChange[]) {
  return {
    load: () => Promise.resolve(new Map(whole.map(({ environment, routes }) => [environment, routes]))),
    save: () => Promise.resolve(),
  };
}

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

function logTo(channel: Channel): Log {
  const say =
    (level: "info" | "warn" | "error"): Log["info"] =>
    (fields, message) =>
      channel.send({ kind: "log", level, fields: plain(fields), message });
  return { info: say("info"), warn: say("warn"), error: say("error") };
}

/** Errors do not survive as JSON. */
function plain(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? (value.stack ?? value.message) : value]),
  );
}
