/** Config repositories of tiny Node-RED processes whose versions behave well, or badly in a way that only traffic shows. */

import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { digestOfFile } from "../../src/adapters/manifest/process/digest.ts";
import type { Definition, JsonObject } from "../../src/domain/desired/definition.ts";

/** What a version does with the requests of customers. Its own smoke test always is content. */
export type Behaviour =
  | { readonly kind: "good" }
  /** Every so manieth answer is status 500. */
  | { readonly kind: "failing"; readonly every: number }
  | { readonly kind: "slow"; readonly delayMs: number }
  /** Every so manieth request ends the engine's process. */
  | { readonly kind: "deadly"; readonly every: number }
  /** Answers well, and tells the address its version and time on a schedule. */
  | { readonly kind: "ticking"; readonly everySeconds: number; readonly url: string };

export interface Ground {
  /** By process and version; each process answers at `/<process>`. */
  readonly processes: Readonly<Record<string, Readonly<Record<string, Behaviour>>>>;
  /** By name: environment.yaml without its name. All processes named are pinned. */
  readonly environments: Readonly<Record<string, { readonly text: string; readonly pins: Readonly<Record<string, string>> }>>;
}

export const good: Behaviour = { kind: "good" };

/** Stands in front of every pin and behind the first one, to be found again whatever writes there. */
export const pinComments = { above: "# Ask team-proof before you change this.", beside: "# what customers know" } as const;

export function pinsFile(environment: string): string {
  return `environments/${environment}/pins.yaml`;
}

/** Writes the repository's files into a folder. */
export async function writeGround(directory: string, { processes, environments }: Ground): Promise<void> {
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  };
  for (const [process, versions] of Object.entries(processes)) {
    await write(`processes/${process}/process.yaml`, processText(process, versions));
    for (const [version, behaviour] of Object.entries(versions))
      await write(`processes/${process}/versions/${version}.yaml`, versionText(process, version, behaviour));
  }
  for (const [name, { text, pins }] of Object.entries(environments)) {
    await write(`environments/${name}/environment.yaml`, `name: ${name}\n${text}`);
    await write(pinsFile(name), pinsText(pins));
  }
}

function pinsText(pins: Readonly<Record<string, string>>): string {
  const lines = Object.entries(pins).map(([process, version]) => `${process}: ${version} ${pinComments.beside}\n`);
  return `${pinComments.above}\n\n${lines.join("")}`;
}

function processText(process: string, versions: Readonly<Record<string, Behaviour>>): string {
  const entries = Object.entries(versions).map(
    ([version, behaviour]) =>
      `  - { version: ${version}, status: published, digest: ${digestOfFile(parse(versionText(process, version, behaviour)) as JsonObject)} }\n`,
  );
  return `id: ${process}\ntitle: ${process}\nowner: team-proof\nengine: node-red\nversions:\n${entries.join("")}`;
}

function versionText(process: string, version: string, behaviour: Behaviour): string {
  return `version: ${version}
title: ${process} ${version}
checks:
  - name: says its version
    request: { method: GET, path: /${process}, headers: { x-smoke: "1" } }
    expect: { status: 200, json: { version: "${version}" } }
    timeout: 20s
definition: ${JSON.stringify(definitionOf(process, version, behaviour))}
`;
}

function definitionOf(process: string, version: string, behaviour: Behaviour): Definition {
  const ticks = behaviour.kind === "ticking" ? tickNodes(behaviour) : { nodes: [], connections: [] };
  return {
    nodes: [
      { id: "receive", type: "http in", title: "Ask", config: { method: "get", url: `/${process}` } },
      { id: "answer", type: "function", title: "Answer", config: { outputs: 1, func: functionOf(version, behaviour) } },
      { id: "respond", type: "http response", title: "Say it", config: { statusCode: "", headers: {} } },
      ...ticks.nodes,
    ],
    connections: [edge("receive", "answer"), edge("answer", "respond"), ...ticks.connections],
    config: {},
  };
}

function tickNodes({ everySeconds, url }: Extract<Behaviour, { kind: "ticking" }>): Pick<Definition, "nodes" | "connections"> {
  const repeat = String(everySeconds);
  const inject = {
    props: [{ p: "payload" }],
    repeat,
    crontab: "",
    once: false,
    onceDelay: 0.1,
    topic: "",
    payload: "",
    payloadType: "date",
  };
  const func = `msg.payload = { version: env.get("PINION_VERSION"), at: Date.now() };\nreturn msg;`;
  const request = { method: "POST", ret: "txt", paytoqs: "ignore", url, persist: false, senderr: false };
  return {
    nodes: [
      { id: "schedule", type: "inject", title: "Every so often", config: inject },
      { id: "tick", type: "function", title: "Who am I?", config: { outputs: 1, func } },
      { id: "tell", type: "http request", title: "Tell", config: request },
    ],
    connections: [edge("schedule", "tick"), edge("tick", "tell")],
  };
}

function edge(from: string, to: string): Definition["connections"][number] {
  return { from: { node: from, port: 0 }, to: { node: to, port: 0 } };
}

function functionOf(version: string, behaviour: Behaviour): string {
  return `msg.payload = { version: ${JSON.stringify(version)} };
if (msg.req.headers["x-smoke"]) return msg;
${misbehaviour(behaviour)}
return msg;`;
}

function misbehaviour(behaviour: Behaviour): string {
  const counted = (every: number) =>
    `const asked = (context.get("asked") ?? 0) + 1;\ncontext.set("asked", asked);\nif (asked % ${every} === 0)`;
  if (behaviour.kind === "failing") return `${counted(behaviour.every)} msg.statusCode = 500;`;
  if (behaviour.kind === "slow") return `setTimeout(() => node.send(msg), ${behaviour.delayMs});\nreturn null;`;
  // A function's sandbox has no process of its own.
  if (behaviour.kind === "deadly") return `${counted(behaviour.every)} Buffer.constructor("return process")().exit(1);`;
  return "";
}
