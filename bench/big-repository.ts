/** Big config repositories for benchmarks: real bare git repositories, made in seconds. */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  type BigEnvironment,
  environmentFile,
  environments,
  pinnedAtFirst,
  processFile,
  processId,
  teamOf,
  teamSize,
  versionFile,
  versions,
} from "./big-content.ts";
import { type Folder, packCommit, putFile } from "./big-pack.ts";
import { createBareRepository } from "../test/support/git.ts";

export interface BigRepositoryOptions {
  /** The bare repository becomes `config.git` in it. */
  readonly folder: string;
  readonly processes: number;
  /** One pins file for every hundred processes, or one for all. */
  readonly pins: "by-team" | "one-file";
  readonly alike?: boolean;
}

export interface BigRepository {
  readonly path: string;
  head(): string;
  /** One commit that pins these processes to a version; gives back its id. */
  repin(environment: BigEnvironment, processes: readonly number[], version: string): string;
  /** One commit that publishes a new version of a process and pins it. */
  publish(environment: BigEnvironment, process: number, version: string): string;
}

type Files = Iterable<readonly [path: string, text: string]>;

/** Several thousand processes a second. */
export async function createBigRepository(options: BigRepositoryOptions): Promise<BigRepository> {
  const path = join(options.folder, "config.git");
  await mkdir(options.folder, { recursive: true });
  const bare = createBareRepository(path);
  const pins = createPins(options);
  const root: Folder = new Map();
  for (const [file, text] of firstFiles(options, pins)) putFile(root, file, text);
  bare.git("update-ref", "refs/heads/main", await packCommit(path, root, "Everything as it is today"));
  const commit = (files: Files, subject: string) => bare.commit(Object.fromEntries(files), subject);
  const listed = new Map<number, readonly string[]>();
  return {
    path,
    head: () => bare.head(),
    repin: (environment, processes, version) => commit(pins.move(environment, processes, version), `Pin ${version} in ${environment}`),
    publish: (environment, index, version) => {
      const content = { index, alike: options.alike ?? false };
      const all = [...(listed.get(index) ?? versions), version];
      listed.set(index, all);
      const folder = `processes/${processId(index)}`;
      const files = [
        [`${folder}/process.yaml`, processFile(content, all)],
        [`${folder}/versions/${version}.yaml`, versionFile(content, version)],
      ] as const;
      return commit([...files, ...pins.move(environment, [index], version)], `${processId(index)} ${version}`);
    },
  };
}

interface Pins {
  all(environment: BigEnvironment): Files;
  /** The files that change. */
  move(environment: BigEnvironment, processes: readonly number[], version: string): Files;
}

function createPins({ processes, pins }: BigRepositoryOptions): Pins {
  const moved = new Map<string, string>();
  const size = pins === "by-team" ? teamSize : processes;
  const file = (environment: BigEnvironment, start: number): readonly [string, string] => {
    const name = pins === "by-team" ? `pins/${teamOf(start)}.yaml` : "pins.yaml";
    const lines = Array.from({ length: Math.min(size, processes - start) }, (_, offset) => {
      const process = processId(start + offset);
      return `${process}: ${moved.get(`${environment}/${process}`) ?? pinnedAtFirst[environment]}\n`;
    });
    return [`environments/${environment}/${name}`, `# Reviewed by the team.\n${lines.join("")}`];
  };
  return {
    *all(environment) {
      for (let start = 0; start < processes; start += size) yield file(environment, start);
    },
    move(environment, indexes, version) {
      for (const index of indexes) moved.set(`${environment}/${processId(index)}`, version);
      const starts = new Set(indexes.map((index) => Math.floor(index / size) * size));
      return [...starts].map((start) => file(environment, start));
    },
  };
}

function* firstFiles({ processes, alike = false }: BigRepositoryOptions, pins: Pins): Files {
  for (const environment of environments) {
    yield [`environments/${environment}/environment.yaml`, environmentFile(environment, alike)];
    yield* pins.all(environment);
  }
  for (let index = 0; index < processes; index += 1) {
    const folder = `processes/${processId(index)}`;
    yield [`${folder}/process.yaml`, processFile({ index, alike }, versions)];
    for (const version of versions) yield [`${folder}/versions/${version}.yaml`, versionFile({ index, alike }, version)];
  }
}
