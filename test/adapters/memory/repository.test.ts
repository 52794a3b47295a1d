/** The repository in memory keeps the contracts of one over git, as far as there is something to keep without a remote. */

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readMemoryFile, writeMemoryFile } from "../../../src/adapters/memory/memory-file.ts";
import { plantTree } from "../../../src/adapters/memory/object-tree.ts";
import { createMemoryRepository, type MemoryRepository, type MemoryState, objectsOf } from "../../../src/adapters/memory/repository.ts";
import { PinionError } from "../../../src/domain/errors.ts";
import type { Finding } from "../../../src/domain/finding.ts";
import type { RevertRequest } from "../../../src/domain/journal/revert.ts";
import type { ConfigEdit } from "../../../src/ports/config-editor.ts";
import type { PinWriter } from "../../../src/ports/pin-writer.ts";
import { type HeldVersion, pinWriterContract, revertOrder } from "../../contracts/pin-writer.ts";
import { objectsContract } from "../../contracts/objects.ts";
import { createVirtualClock } from "../../support/virtual-clock.ts";

const environment = "production";
const ann = { name: "Ann", email: null };

interface Kept {
  readonly repository: MemoryRepository;
  /** Oldest first. */
  readonly states: MemoryState[];
}

function open(before: MemoryState | null = null, findings: (edit: string) => readonly Finding[] = () => []): Kept {
  const states: MemoryState[] = [];
  const check = async (objects: MemoryRepository["objects"], commit: string) => {
    const folder = (await objects.directory(await objects.root(commit))).find(({ name }) => name === "environments");
    return findings(folder ? "with environments" : "empty");
  };
  return {
    states,
    repository: createMemoryRepository({ clock: createVirtualClock(), check, before, keep: (state) => states.push(state) }),
  };
}

const pin = (process: string, version: string | null): ConfigEdit => ({
  subject: "a person",
  by: ann,
  pins: [{ environment, process, version }],
});

objectsContract("memory", async (files) => {
  const tree = plantTree(new Map(Object.entries(files)));
  return { objects: objectsOf(new Map([["here", tree]])), commit: "here", dispose: async () => undefined };
});

pinWriterContract("memory", async () => {
  let { repository, states } = open();
  let failing: "git/unreachable" | "git/refused" | null = null;
  let isProtected = false;
  let isLossy = false;
  let pending: (() => Promise<unknown>) | null = null;
  const writer: PinWriter = {
    async revert(request: RevertRequest, signal?: AbortSignal) {
      if (failing) throw new PinionError(failing, "the test says so");
      await pending?.();
      const outcome = await repository.writer().revert(isProtected ? { ...request, mode: "propose" } : request, signal);
      if (!isLossy) return outcome;
      isLossy = false;
      throw new PinionError("git/unreachable", "the answer was lost");
    },
  };
  const earlier: MemoryState[] = [];
  const all = () => [...earlier, ...states];
  const newestFirst = () => {
    const heads = new Map(all().map((state) => [state.head.commit, state]));
    return [...heads.keys()].toReversed().map((commit) => {
      const rollback = [...(all().at(-1)?.written ?? [])].find(([, written]) => written === commit);
      return { commit, rollbackId: rollback?.[0] ?? null };
    });
  };
  return {
    writer,
    async restart() {
      earlier.push(...states);
      ({ repository, states } = open(all().at(-1) ?? null));
      return writer;
    },
    pin: (process, version) => repository.commit(pin(process, version)),
    pinned: async (process) => repository.pinned(environment, process),
    quarantined: async () => {
      const document = all().at(-1)?.documents.get(`environments/${environment}/quarantine.yaml`);
      return (document?.["quarantine"] ?? []) as unknown as readonly HeldVersion[];
    },
    commits: async () => newestFirst(),
    proposals: async () => [...(all().at(-1)?.proposed.keys() ?? [])],
    protect: async () => void (isProtected = true),
    fail: async (code) => void (failing = code),
    loseAnswer: () => void (isLossy = true),
    beforePush: (once) => {
      pending = async () => {
        pending = null;
        await once();
      };
    },
    dispose: async () => undefined,
  };
});

describe("a repository in memory", () => {
  it("makes a commit of what changes, and none of what does not", async () => {
    const { repository, states } = open();
    const first = await repository.commit(pin("orders", "1.0.0"));
    expect(await repository.commit(pin("orders", "1.0.0"))).toBe(first);
    expect(await repository.poll()).toBe(first);
    expect(await repository.fetch(null)).toMatchObject({ commit: first, subject: "a person", author: "Ann" });
    expect(states).toHaveLength(1);
  });

  it("makes edits one after the other, so that none is lost", async () => {
    const { repository } = open();
    await Promise.all(["a", "b", "c"].map((process) => repository.commit(pin(process, "1.0.0"))));
    expect(["a", "b", "c"].map((process) => repository.pinned(environment, process))).toEqual(["1.0.0", "1.0.0", "1.0.0"]);
  });

  it("takes no edit that brings an error into it, and goes on after that", async () => {
    const error: Finding = { file: "f", line: 1, column: 1, pointer: "", code: "c", severity: "error", message: "m", hint: "" };
    const { repository, states } = open(null, (edit) => (edit === "empty" ? [] : [error]));
    await expect(repository.commit(pin("orders", "1.0.0"))).rejects.toMatchObject({ code: "manifest/invalid", findings: [error] });
    expect(states).toEqual([]);
    expect(repository.pinned(environment, "orders")).toBeNull();
  });

  it("refuses nothing for an error that was there before", async () => {
    const error: Finding = { file: "f", line: 1, column: 1, pointer: "", code: "c", severity: "error", message: "m", hint: "" };
    const { repository } = open(null, () => [error]);
    await repository.commit(pin("orders", "1.0.0"));
    expect(repository.pinned(environment, "orders")).toBe("1.0.0");
  });

  it("keeps what a process has of its own here when its environment is configured anew, until it shall be as all others", async () => {
    const { repository } = open();
    const strategy = { type: "rolling" };
    const configure = (file: { readonly name: string }): ConfigEdit => ({
      subject: "s",
      by: ann,
      environments: [{ name: environment, file }],
    });
    await repository.commit({ ...configure({ name: environment }), strategies: [{ environment, process: "orders", strategy }] });
    await repository.commit(configure({ name: environment, type: "production" } as { readonly name: string }));
    expect(repository.environment(environment)).toMatchObject({ type: "production", processes: { orders: { strategy } } });
    await repository.commit({ subject: "s", by: ann, strategies: [{ environment, process: "orders", strategy: null }] });
    expect(repository.environment(environment)).toEqual({ name: environment, type: "production" });
  });

  it("approves a rollback once, and none that has become pointless", async () => {
    const { repository } = open();
    for (const version of ["1.4.2", "1.5.0"]) await repository.commit(pin("order-intake", version));
    const proposed = await repository.writer().revert(revertOrder({ mode: "propose" }));
    const branch = proposed.kind === "proposed" ? proposed.branch : "";
    await repository.approve(branch, ann);
    expect(repository.pinned(environment, "order-intake")).toBe("1.4.2");
    await expect(repository.approve(branch, ann)).rejects.toMatchObject({ code: "usage/invalid" });

    await repository.commit(pin("order-intake", "1.5.0"));
    await repository.writer().revert(revertOrder({ id: "rb-2", mode: "propose" }));
    await repository.commit(pin("order-intake", "1.6.0"));
    await expect(repository.approve("rollback/production/rb-2", ann)).rejects.toMatchObject({ code: "usage/invalid" });
    expect(repository.pinned(environment, "order-intake")).toBe("1.6.0");
  });
});

describe("a pin that is put back", () => {
  it("is left alone where somebody has moved it meanwhile", async () => {
    const { repository } = open();
    for (const version of ["1.4.2", "1.5.0"]) await repository.commit(pin("order-intake", version));
    const back = { environment, process: "order-intake", version: "1.4.2" };
    await repository.commit({ subject: "back", by: ann, pins: [{ ...back, replacing: "1.4.3" }] });
    expect(repository.pinned(environment, "order-intake")).toBe("1.5.0");
    await repository.commit({ subject: "back", by: ann, pins: [{ ...back, replacing: "1.5.0" }] });
    expect(repository.pinned(environment, "order-intake")).toBe("1.4.2");
  });
});

describe("its file", () => {
  const folder = async () => {
    const directory = await mkdtemp(join(tmpdir(), "pinion-memory-"));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    return join(directory, "kept", "repository.json");
  };

  it("holds all of it for the next process", async () => {
    const file = await folder();
    const { repository, states } = open();
    for (const version of ["1.4.2", "1.5.0"]) await repository.commit(pin("order-intake", version));
    const done = await repository.writer().revert(revertOrder());
    const last = states.at(-1);
    if (!last) throw new Error("nothing was kept");
    writeMemoryFile(file, last);
    expect(readMemoryFile(file)).toEqual(last);
    const { repository: next } = open(readMemoryFile(file));
    expect(await next.poll()).toBe(last.head.commit);
    expect(await next.writer().revert(revertOrder())).toEqual(done);
  });

  it("is nothing before there is one, and an error when it is damaged", async () => {
    const file = await folder();
    expect(readMemoryFile(file)).toBeNull();
    writeMemoryFile(file, {
      documents: new Map(),
      head: { commit: "c", committedAt: 1, subject: "", author: "" },
      written: new Map(),
      proposed: new Map(),
    });
    await writeFile(file, (await readFile(file, "utf8")).slice(0, 10));
    expect(() => readMemoryFile(file)).toThrow(expect.objectContaining({ code: "store/damaged" }));
  });
});
