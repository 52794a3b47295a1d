/** Keeps an environment's Node-RED processes alive: finds those of an earlier controller again, restarts what dies, ends them only when told to. */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { instanceIds } from "../../../domain/config/instances.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { EngineMemory } from "../../../ports/engine-adapter.ts";
import type { Log } from "../../../ports/log.ts";
import { type ChildOptions, type RunningChild, adoptOrStart, hasPulse } from "./child-process.ts";
import { createNodeRedClient } from "./client.ts";
import pLimit from "p-limit";
import { createFlowsReader } from "./flows-reader.ts";
import { type Host, isBusy } from "./host.ts";
import { nodeRedDialect } from "./dialect.ts";
import { createDeaths, type Deaths, describeSuspects } from "./deaths.ts";
import { readAtWork, readRecord, trimLog } from "./instance-files.ts";
import { createHttpClient } from "../../../platform/http/http-client.ts";
import type { RunAs } from "../../../platform/run-as.ts";
import { type OsProcess, isAlive, readWaitedMs, terminate } from "./os-process.ts";
import { untilItHangs } from "./pulse.ts";

export interface SupervisorOptions {
  readonly environment: string;
  /** Holds one folder per instance. */
  readonly directory: string;
  readonly instances: number;
  /** Whom they run as, with a folder that such a user can reach; null: as the controller, within `directory`. */
  readonly isolation: Isolation | null;
  readonly maxMemoryMb: number | null;
  readonly drainMs: number;
  readonly checkMark?: string;
  readonly log: Log;
  readonly timeoutMs: number;
  readonly clock: Pick<Clock, "now">;
  /** What is kept of an instance for the next controller; left out: nothing. */
  readonly memory?: (id: string) => EngineMemory;
  readonly onChange: (change: InstanceChange) => void;
}

/** What became of one instance. */
export type InstanceChange = Pick<Host, "id" | "state" | "why">;

export interface Isolation {
  readonly runAs: RunAs;
  /** Holds one folder per instance that only this user can look into. */
  readonly directory: string;
}

const startTimeoutMs = 60_000;
/** A caller that waits for an instance waits for so many starts: a flow that ends its instance is left out at the third one. */
const mostFailedStarts = 3;
const lookEveryMs = 150;
const steadyAfterMs = 20_000;

export interface Supervisor {
  hosts(): readonly Host[];
  /** Resolves when every instance is up, or has failed once to come up. */
  started(): Promise<void>;
  /** Ends all instances; what is in flight finishes first. */
  stop(): Promise<void>;
  /** Stops watching; the instances go on. */
  detach(): Promise<void>;
}

export async function superviseNodeRed(options: SupervisorOptions): Promise<Supervisor> {
  const ids = instanceIds({ mode: "embedded", kind: nodeRedDialect.engine, instances: options.instances });
  await endSuperfluous(options, new Set(ids));
  const instances = ids.map((id) => new Instance(id, options));
  const detach = async (): Promise<void> => void (await Promise.all(instances.map((instance) => instance.detach())));
  return {
    hosts: () => instances.map((instance) => instance.host),
    started: async () => void (await Promise.all(instances.map((instance) => instance.firstAttempt))),
    detach,
    stop: async () => {
      await detach();
      await Promise.all(instances.map((instance) => instance.end()));
    },
  };
}

/** Instances of a time when there were to be more of them. */
async function endSuperfluous({ directory, drainMs }: SupervisorOptions, wanted: ReadonlySet<string>): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  const superfluous = names.filter((name) => /^node-red-\d+$/.test(name) && !wanted.has(name));
  await Promise.all(
    superfluous.map(async (name) => {
      const record = await readRecord(join(directory, name));
      if (record?.process) await terminate(record.process, drainMs + 5_000);
    }),
  );
}

/** One instance through all its lives. */
class Instance {
  readonly firstAttempt: Promise<void>;
  #host: Host;
  #child: RunningChild | null = null;
  /** Since it was up last. */
  #failedStarts = 0;
  readonly #deaths: Deaths;
  readonly #options: SupervisorOptions;
  readonly #childOptions: ChildOptions;
  readonly #detached = new AbortController();
  readonly #loop: Promise<void>;
  #firstAttemptDone: () => void = () => undefined;

  constructor(id: string, options: SupervisorOptions) {
    this.#options = options;
    this.#childOptions = {
      directory: join(options.directory, id),
      ...(options.isolation ? { runAs: options.isolation.runAs, userDir: join(options.isolation.directory, id) } : {}),
      maxMemoryMb: options.maxMemoryMb,
      drainMs: options.drainMs,
      startTimeoutMs,
      isOneOfMany: options.instances > 1,
    };
    const memory = options.memory?.(id);
    this.#deaths = createDeaths(id, { now: () => options.clock.now(), log: options.log, ...(memory && { memory }) });
    const nowhere = createNodeRedClient({ adminUrl: "http://127.0.0.1:9", token: null, timeoutMs: 1 });
    this.#host = {
      id,
      url: "http://127.0.0.1:9",
      state: "starting",
      why: "it was not started yet",
      client: nowhere,
      queue: pLimit(1),
      reader: createFlowsReader(),
      keeper: {
        isReturning: () => this.#host.state !== "ready" && this.#failedStarts < mostFailedStarts && !this.#detached.signal.aborted,
        waitedMs: async () => this.#child && readWaitedMs(this.#child.process),
        installed: (units) => this.#deaths.installed(units),
        deaths: () => this.#deaths.all(),
      },
    };
    this.firstAttempt = new Promise((resolve) => {
      this.#firstAttemptDone = resolve;
    });
    this.#loop = this.#live().catch((error: unknown) => this.#set({ state: "down", why: messageOf(error) }));
  }

  get host(): Host {
    return this.#host;
  }

  async detach(): Promise<void> {
    this.#detached.abort();
    await this.#loop;
  }

  async end(): Promise<void> {
    const target = this.#child?.process ?? (await readRecord(this.#childOptions.directory))?.process;
    if (target) await terminate(target, this.#options.drainMs + 6_000);
    this.#set({ state: "down", why: "stopped" });
  }

  async #live(): Promise<void> {
    for (let failures = 0; !this.#detached.signal.aborted;) {
      const since = performance.now();
      const why = await this.#oneLife();
      this.#firstAttemptDone();
      if (this.#detached.signal.aborted) return;
      failures = performance.now() - since > steadyAfterMs ? 0 : failures + 1;
      const backoffMs = Math.min(30_000, 100 * 2 ** failures);
      this.#set({ state: "down", why: `${why}; it is started again` });
      this.#options.log.warn({ environment: this.#options.environment, instance: this.#host.id, backoffMs }, `Node-RED is down: ${why}`);
      await pause(backoffMs, undefined, { signal: this.#detached.signal }).catch(() => undefined);
    }
  }

  /** Resolves when it is over, with the reason. */
  async #oneLife(): Promise<string> {
    this.#set({ state: "starting", why: "it is starting" });
    this.#child = null;
    try {
      const child = await adoptOrStart(this.#childOptions, this.#detached.signal);
      this.#welcome(child);
      return await this.#watch(child);
    } catch (error) {
      this.#failedStarts += 1;
      return messageOf(error);
    }
  }

  #welcome(child: RunningChild): void {
    this.#child = child;
    this.#failedStarts = 0;
    const url = `http://127.0.0.1:${child.record.port}`;
    const { timeoutMs, checkMark } = this.#options;
    const { token } = child.record;
    const client = createNodeRedClient({ adminUrl: `${url}/__admin`, token, timeoutMs, ...(checkMark !== undefined && { checkMark }) });
    this.#set({ state: "ready", why: "", url, client });
    const fields = { environment: this.#options.environment, instance: this.#host.id, pid: child.process.pid, port: child.record.port };
    this.#options.log.info(fields, child.adopted ? "found Node-RED running" : "started Node-RED");
    this.#firstAttemptDone();
  }

  async #watch(child: RunningChild): Promise<string> {
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.#detached.signal]);
    const seen = { hangs: false };
    const http = createHttpClient({ connections: 1 });
    const pulse = untilItHangs({
      process: child.process,
      ask: (timeoutMs) => hasPulse(http, child.record, timeoutMs),
      isBusy: () => isBusy(this.#host),
      signal,
    }).then(() => (seen.hangs = !signal.aborted));
    try {
      while (!this.#detached.signal.aborted) {
        if (!(await isAlive(child.process))) return `its process died${await this.#lookForCause()}`;
        if (seen.hangs) return await this.#endHanging(child.process);
        // A log that cannot be looked at is no reason to end anything.
        await trimLog(this.#childOptions.directory).catch(() => undefined);
        await Promise.race([pulse, pause(lookEveryMs, undefined, { signal }).catch(() => undefined)]);
      }
      return "no longer watched";
    } finally {
      over.abort();
      http.close();
    }
  }

  async #endHanging(hanging: OsProcess): Promise<string> {
    await terminate(hanging, 0);
    return `it hung: it answered none of several questions, and was ended${await this.#lookForCause()}`;
  }

  /** What may have died of an installation is that one's business. */
  async #lookForCause(): Promise<string> {
    const atWork = await readAtWork(this.#childOptions.directory);
    if (isBusy(this.#host) && atWork?.isSure !== true) return "";
    return describeSuspects(this.#deaths.died(atWork));
  }

  #set(change: Partial<Host>): void {
    const before = this.#host.state;
    this.#host = { ...this.#host, ...change };
    if (this.#host.state !== before) this.#options.onChange(this.#host);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
