/** A real Prometheus server on a free port, which scrapes what a test shows it. */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./free-port.ts";

const program = "/usr/bin/prometheus";

export interface TestPrometheus {
  readonly url: string;
  /** Waits until it has scraped so many times more, with success: on a busy machine a scrape may come too late. */
  scraped(times: number): Promise<void>;
  /** The first value of an answer; 0 for an empty one. */
  query(query: string): Promise<number>;
  stop(): Promise<void>;
}

/** `metrics` is asked at every scrape, five times a second. */
export async function startPrometheus(metrics: () => string): Promise<TestPrometheus> {
  const exporter = createServer((_, response) => {
    response.setHeader("content-type", "text/plain; version=0.0.4").end(metrics());
  });
  const scraper = await startScraper(configuration(await listen(exporter)));
  return {
    ...scraper,
    async stop() {
      await scraper.stop();
      exporter.closeAllConnections();
      await new Promise((resolve) => exporter.close(resolve));
    },
  };
}

/** One that scrapes what these lines of its configuration say, five times a second. */
export async function startScraper(scrapeConfigs: string): Promise<TestPrometheus> {
  if (!existsSync(program))
    throw new Error(`${program} is missing: install it with \`apt-get install -y --no-install-recommends prometheus\``);
  const folder = await mkdtemp(join(tmpdir(), "pinion-prometheus-"));
  await writeFile(join(folder, "prometheus.yml"), `global: { scrape_interval: 200ms, scrape_timeout: 200ms }\n${scrapeConfigs}`);
  const port = await freePort();
  const child = spawn(program, parameters(folder, port), { stdio: "ignore", detached: false });
  const stop = async (): Promise<void> => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await until(() => isReady(url, child));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    async scraped(times) {
      // The one under way when it was asked for may have been answered before.
      const wanted = (await successes(url)) + times + 1;
      await until(async () => (await successes(url)) >= wanted);
    },
    query: (query) => valueOf(url, query),
    stop,
  };
}

function configuration(port: number): string {
  return `scrape_configs: [{ job_name: gateway, static_configs: [{ targets: ["127.0.0.1:${port}"] }] }]\n`;
}

function parameters(folder: string, port: number): readonly string[] {
  return [
    `--config.file=${join(folder, "prometheus.yml")}`,
    `--storage.tsdb.path=${join(folder, "data")}`,
    `--web.listen-address=127.0.0.1:${port}`,
    "--log.level=error",
  ];
}

async function isReady(url: string, child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null) throw new Error(`prometheus ended with ${child.exitCode}`);
  return fetch(`${url}/-/ready`).then(
    (answer) => answer.ok,
    () => false,
  );
}

/** How many scrapes have succeeded so far. */
const successes = (url: string): Promise<number> => valueOf(url, "sum(sum_over_time(up[1h]))");

async function valueOf(url: string, query: string): Promise<number> {
  const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
  const { data } = (await answer.json()) as {
    readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
  };
  return Number(data.result[0]?.value[1] ?? 0);
}

const patienceMs = 120_000;

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + patienceMs; !(await isSo()); await sleep(25))
    if (Date.now() > deadline) throw new Error(`prometheus took more than ${patienceMs / 1000} s`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
