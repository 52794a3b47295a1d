/** Every version of the example repository, side by side in one real Node-RED, so that each can be asked on its own. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import semver from "semver";
import { startEmbeddedNodeRed } from "../../src/adapters/engines/node-red/embedded.ts";
import type { CheckAnswer } from "../../src/domain/validation/checks.ts";
import type { Json } from "../../src/domain/desired/definition.ts";
import type { Check, ProcessVersion } from "../../src/domain/desired/version.ts";
import type { DeploymentUnit, Installed } from "../../src/domain/desired/unit.ts";
import type { Engine, InstallResult } from "../../src/ports/engine.ts";
import { type Lookup, type PublicAddress, startPublicAddress } from "./example-repo-public-address.ts";

/** One version under a process name of its own, so that all of them may be armed at once. */
export interface Exhibit {
  readonly name: string;
  readonly version: ProcessVersion;
}

export interface Shop {
  readonly engine: Engine;
  readonly units: readonly DeploymentUnit[];
  readonly results: readonly InstallResult[];
  ask(name: string, request: Check["request"]): Promise<CheckAnswer>;
  close(): Promise<void>;
}

/** `order-intake-1-2-0`. */
export function exhibitOf(version: ProcessVersion): Exhibit {
  return { name: `${version.process}-${version.version.replaceAll(".", "-")}`, version };
}

/** Installs all of them. A workflow that one depends on is its newest version in range that is not known to be bad. */
export async function openShop(exhibits: readonly Exhibit[], variables: Readonly<Record<string, Json>>): Promise<Shop> {
  const directory = await mkdtemp(join(tmpdir(), "pinion-example-"));
  const installed = new Map<string, Installed>();
  const publicAddress = await startPublicAddress(lookupIn(exhibits, installed));
  const node = await startEmbeddedNodeRed({ environment: "production", directory, instances: 1, log: silent });
  const close = async (): Promise<void> => {
    await node.stop();
    await publicAddress.close();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const units = exhibits.map((exhibit) => unitOf(exhibit, variables, publicAddress));
    const results = await node.engine.ensureInstalled(units);
    for (const each of (await node.engine.inventory()).installed) installed.set(each.process, each);
    return { engine: node.engine, units, results, close, ask: (name, request) => ask(addressOf(installed.get(name)), request) };
  } catch (error) {
    await close();
    throw error;
  }
}

const silent = { info: () => {}, warn: () => {}, error: () => {} };

function unitOf({ name, version }: Exhibit, variables: Readonly<Record<string, Json>>, publicAddress: PublicAddress): DeploymentUnit {
  const builtIn = { PINION_ENVIRONMENT_URL: publicAddress.of(name), PINION_VERSION: version.version };
  return {
    process: name,
    version: version.version,
    digest: version.definitionDigest,
    definition: version.definition,
    variables: { ...variables, ...builtIn },
    secrets: {},
  };
}

function lookupIn(exhibits: readonly Exhibit[], installed: ReadonlyMap<string, Installed>): Lookup {
  return (caller, method, path) => {
    const dependencies = exhibits.find((each) => each.name === caller)?.version.dependencies ?? [];
    const called = dependencies.flatMap((dependency) => installed.get(newest(exhibits, dependency.name, dependency.version)) ?? []);
    const callee = called.find((each) => each.endpoints.some((endpoint) => endpoint.method === method && endpoint.path === path));
    return callee ? addressOf(callee) : null;
  };
}

function newest(exhibits: readonly Exhibit[], process: string, range: string): string {
  const good = exhibits.filter(({ version }) => version.process === process && !version.metadata.tags.includes("known-bad"));
  const version = semver.maxSatisfying(
    good.map((each) => each.version.version),
    range,
  );
  return good.find((each) => each.version.version === version)?.name ?? "";
}

function addressOf(installed: Installed | undefined): string {
  const placement = installed?.placements[0];
  if (!placement) throw new Error("it is not installed");
  return placement.address;
}

async function ask(address: string, { method, path, headers, body }: Check["request"]): Promise<CheckAnswer> {
  const json = body === undefined ? {} : { headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
  const response = await fetch(address + path, { method, headers, ...json, signal: AbortSignal.timeout(10_000) });
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
}
