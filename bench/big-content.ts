/** The files of a config repository of any size: plain processes with three versions each, pinned in three environments. */

import { digestOfFile } from "../src/adapters/manifest/process/digest.ts";
import type { Definition, JsonObject } from "../src/domain/desired/definition.ts";

/** What every process has; a fourth version can be published later. */
export const versions = ["1.0.0", "1.1.0", "1.2.0"] as const;
/** Each environment pins another version, so that every version file is needed. */
export const pinnedAtFirst = { development: "1.2.0", staging: "1.1.0", production: "1.0.0" } as const;
export type BigEnvironment = keyof typeof pinnedAtFirst;
export const environments = Object.keys(pinnedAtFirst) as readonly BigEnvironment[];

/** How many processes a team has, and so how many pins a file has when pins are kept by team. */
export const teamSize = 100;

export function processId(index: number): string {
  return `process-${String(index).padStart(6, "0")}`;
}

export function teamOf(index: number): string {
  return `team-${String(Math.floor(index / teamSize)).padStart(4, "0")}`;
}

export interface Content {
  readonly index: number;
  /** All processes have the same version files: much faster to make, and the same to read. */
  readonly alike: boolean;
}

export function processFile({ index, alike }: Content, listed: readonly string[]): string {
  const entries = listed.map((version) => {
    const digest = digestOfFile({
      ...aboutOf({ index, alike }, version),
      definition: definitionOf({ index, alike }, version) as unknown as JsonObject,
    });
    return `  - version: ${version}\n    status: published\n    digest: ${digest}\n`;
  });
  const id = processId(index);
  return `id: ${id}\ntitle: ${id.replace("-", " ")}\ndescription: Answers with what it was asked.\nowner: ${alike ? "team-all" : teamOf(index)}\nengine: node-red\nversions:\n${entries.join("")}`;
}

/** About 1.2 KB, as version files of small flows have. */
export function versionFile(content: Content, version: string): string {
  const { nodes, connections } = definitionOf(content, version);
  const list = (items: readonly unknown[]) => items.map((item) => `    - ${flow(item)}\n`).join("");
  return `version: ${version}
title: What ${subject(content)} does
description: Answers with what it was asked, and says which version it was.
author: ${content.alike ? "team-all" : teamOf(content.index)}
changelog:
  - type: changed
    description: The answer names the version ${version}.
    impact: feature
    affectedComponents: [answer]
tags: [big, feature/answer]
${dependencies(content)}checks:
  - name: answers with the version
    request: { method: GET, path: /${subject(content)} }
    expect: { status: 200, json: { version: "${version}" } }
    timeout: 5s
definition:
  nodes:
${list(nodes)}  connections:
${list(connections)}  config: {}
`;
}

/** Where all are alike they share one path, which all may have: that of the health check. */
export function environmentFile(environment: BigEnvironment, alike: boolean): string {
  const health = alike ? `, healthCheckUrl: /${subject({ index: 0, alike })}` : "";
  return `name: ${environment}
type: ${environment}
strategy: { type: blue-green, config: { keepOldVersion: true${health} } }
deploymentTimeout: 10m
variables: { REGION: eu, LIMIT: 100 }
`;
}

/** What `versionFile` writes beside the definition. */
function aboutOf(content: Content, version: string): JsonObject {
  const { index, alike } = content;
  const workflow = { type: "workflow", name: processId(index - 1), version: "^1.0.0", required: true };
  const request = { method: "GET", path: `/${subject(content)}` };
  const changed = {
    type: "changed",
    description: `The answer names the version ${version}.`,
    impact: "feature",
    affectedComponents: ["answer"],
  };
  return {
    version,
    title: `What ${subject(content)} does`,
    description: "Answers with what it was asked, and says which version it was.",
    author: alike ? "team-all" : teamOf(index),
    changelog: [changed],
    tags: ["big", "feature/answer"],
    ...(alike || index % 10 !== 1 ? {} : { dependencies: [workflow] }),
    checks: [{ name: "answers with the version", request, expect: { status: 200, json: { version } }, timeout: "5s" }],
  };
}

function subject({ index, alike }: Content): string {
  return alike ? "alike" : processId(index);
}

/** Every tenth process calls the one before it. */
function dependencies({ index, alike }: Content): string {
  if (alike || index % 10 !== 1) return "";
  return `dependencies:\n  - { type: workflow, name: ${processId(index - 1)}, version: ^1.0.0, required: true }\n`;
}

function definitionOf(content: Content, version: string): Definition {
  const func = `const asked = msg.req.query ?? {};\nmsg.statusCode = 200;\nmsg.payload = { asked, region: env.get("REGION"), version: ${JSON.stringify(version)} };\nreturn msg;`;
  return {
    nodes: [
      { id: "receive", type: "http in", title: "Ask", position: { x: 120, y: 80 }, config: { method: "get", url: `/${subject(content)}` } },
      { id: "answer", type: "function", title: "What was asked?", position: { x: 320, y: 80 }, config: { outputs: 1, func } },
      { id: "respond", type: "http response", title: "Answer", position: { x: 520, y: 80 }, config: { statusCode: "", headers: {} } },
    ],
    connections: [
      { from: { node: "receive", port: 0 }, to: { node: "answer", port: 0 } },
      { from: { node: "answer", port: 0 }, to: { node: "respond", port: 0 } },
    ],
    config: {},
  };
}

/** A flow mapping as people write it. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${key}: ${flow(member)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}
