/** Looks into running embedded instances, and does to them what a person could do by hand. */

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { tabId } from "../../../../src/adapters/engines/node-red/compile.ts";
import type { Definition } from "../../../../src/domain/desired/definition.ts";
import type { UnitRef } from "../../../../src/domain/names.ts";
import type { Installed } from "../../../../src/domain/desired/unit.ts";
import type { Engine } from "../../../../src/ports/engine.ts";
import { helloFlow, node, wires } from "./flows.ts";

export const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

export function scheduledHello(): Definition {
  return helloFlow("return msg;", {
    nodes: [node("tick", "inject", { repeat: "3600", props: [] }), node("ticked", "function", { func: "return null;" })],
    connections: wires("tick > ticked"),
  });
}

export async function find(engine: Engine, unit: UnitRef): Promise<Installed | undefined> {
  return (await engine.inventory()).installed.find((each) => each.digest === unit.digest);
}

export async function addressOf(engine: Engine, unit: UnitRef): Promise<string> {
  const address = (await find(engine, unit))?.placements[0]?.address;
  if (address === undefined) throw new Error(`${unit.process} ${unit.version} is not installed`);
  return address;
}

export async function statuses(engine: Engine, unit: UnitRef): Promise<readonly number[]> {
  const placements = (await find(engine, unit))?.placements ?? [];
  return Promise.all(placements.map(async ({ address }) => (await fetch(`${address}/hello`)).status));
}

export async function counts(engine: Engine, unit: UnitRef): Promise<readonly number[]> {
  const placements = (await find(engine, unit))?.placements ?? [];
  return Promise.all(placements.map(async ({ address }) => (JSON.parse(await textAt(address, "/count")) as { n: number }).n));
}

export async function textAt(address: string, path: string): Promise<string> {
  return (await fetch(address + path)).text();
}

/** The limit catches only what hangs, and says what that is before the limit of a test does. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 1_700_000; ; await new Promise((resolve) => setTimeout(resolve, 25))) {
    if (await condition()) return;
    if (Date.now() > deadline) throw new Error(`never became true: ${String(condition)}`);
  }
}

export interface InstanceFile {
  readonly port: number;
  readonly token: string;
  /** Null while it is being started. */
  readonly process: { readonly pid: number } | null;
}

export async function record(directory: string, instance: string): Promise<InstanceFile> {
  return JSON.parse(await readFile(join(directory, instance, "instance.json"), "utf8")) as InstanceFile;
}

export async function pids(directory: string): Promise<readonly number[]> {
  return Promise.all(["node-red-1", "node-red-2"].map(async (instance) => (await record(directory, instance)).process?.pid ?? 0));
}

export async function admin(directory: string, path: string, init: RequestInit = {}): Promise<Response> {
  const { port, token } = await record(directory, "node-red-1");
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    "Node-RED-API-Version": "v2",
    "Node-RED-Deployment-Type": "nodes",
  };
  return fetch(`http://127.0.0.1:${port}/__admin${path}`, { ...init, headers });
}

export async function adminText(directory: string, path: string): Promise<string> {
  return (await admin(directory, path)).text();
}

export async function editFlows(
  directory: string,
  edit: (nodes: readonly Record<string, unknown>[]) => readonly Record<string, unknown>[],
): Promise<void> {
  const { flows } = (await (await admin(directory, "/flows")).json()) as { flows: Record<string, unknown>[] };
  const started = async (): Promise<number> =>
    ((await (await admin(directory, "/pinion/health")).json()) as { flows: { started: number } }).flows.started;
  const before = await started();
  expect((await admin(directory, "/flows", { method: "POST", body: JSON.stringify({ flows: edit(flows) }) })).status).toBe(200);
  await until(async () => (await started()) > before);
}

export async function editByHand(directory: string, unit: UnitRef): Promise<void> {
  await editFlows(directory, (nodes) =>
    nodes.map((each) => (each["id"] === `${tabId(unit)}.work` ? { ...each, func: "return [msg];" } : each)),
  );
}

/** Files under the directory that hold the text. */
export async function grep(directory: string, text: string): Promise<readonly string[]> {
  const files = (await readdir(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  // One that is gone by now was on its way to its name.
  const holds = async (file: string) => (await readFile(file, "utf8").catch(() => "")).includes(text);
  const found = await Promise.all(files.map(async (file) => ((await holds(file)) ? [file] : [])));
  return found.flat();
}
