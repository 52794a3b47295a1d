/** What every reader of the config repository's files must do. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Objects } from "../../src/ports/objects.ts";

/** Objects under test over exactly the files of `contractFiles`. `commit` is what `root` is asked with. */
export interface ObjectsUnderTest {
  readonly objects: Objects;
  readonly commit: string;
  dispose(): Promise<void>;
}

/** Names chosen so that git's order of entries and the order of names differ. */
export const contractFiles: Readonly<Record<string, string>> = {
  "processes/a/process.yaml": "id: a\n",
  "processes/a-b/process.yaml": "id: a-b\n",
  "processes/a.txt": "",
  "environments/production/pins.yaml": "a: 1.0.0\n# ümläut ☃\n",
  "environments/production/same.yaml": "id: a\n",
};

export function objectsContract(name: string, make: (files: Readonly<Record<string, string>>) => Promise<ObjectsUnderTest>): void {
  describe(`objects contract: ${name}`, () => {
    let subject: ObjectsUnderTest;
    let objects: Objects;
    beforeAll(async () => {
      subject = await make(contractFiles);
      objects = subject.objects;
    });
    afterAll(() => subject.dispose());

    const at = async (...path: readonly string[]) => {
      let id = await objects.root(subject.commit);
      for (const part of path) {
        const found = (await objects.directory(id)).find((entry) => entry.name === part);
        if (!found) throw new Error(`no ${part}`);
        id = found.id;
      }
      return id;
    };
    const missing = { name: "PinionError", code: "git/object-missing" };

    it("lists directories in order of name", async () => {
      const root = await objects.directory(await at());
      expect(root.map(({ name: entry, kind }) => [entry, kind])).toEqual([
        ["environments", "directory"],
        ["processes", "directory"],
      ]);
      const processes = await objects.directory(await at("processes"));
      expect(processes.map(({ name: entry, kind }) => [entry, kind])).toEqual([
        ["a", "directory"],
        ["a-b", "directory"],
        ["a.txt", "file"],
      ]);
    });

    it("may tell what differs between two directories of directories", async () => {
      if (!objects.difference) return;
      const [root, environments, processes] = [await at(), await at("environments"), await at("processes")];
      const changed = [{ name: "production", kind: "directory", id: await at("environments", "production") }];
      expect(await objects.difference(root, environments)).toEqual({ changed, gone: ["environments", "processes"] });
      expect(await objects.difference(environments, environments)).toEqual({ changed: [], gone: [] });
      expect(await objects.difference(environments, processes)).toBeNull();
      await expect(objects.difference(root, "f".repeat(40))).rejects.toMatchObject(missing);
    });

    it("reads files byte by byte, and knows their sizes before", async () => {
      for (const [path, text] of Object.entries(contractFiles)) {
        const id = await at(...path.split("/"));
        expect(await objects.size(id)).toBe(Buffer.byteLength(text));
        expect(Buffer.from(await objects.file(id)).toString()).toBe(text);
      }
    });

    it("gives equal contents equal ids, and different ones different ids", async () => {
      const process = await at("processes", "a", "process.yaml");
      expect(await at("environments", "production", "same.yaml")).toBe(process);
      expect(await at("processes", "a-b", "process.yaml")).not.toBe(process);
    });

    it("answers many questions at once, each with its own answer", async () => {
      const id = await at("processes", "a", "process.yaml");
      const other = await at("processes", "a-b", "process.yaml");
      const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => objects.file(index % 2 === 0 ? id : other)));
      expect(new Set(answers.map((bytes, index) => `${index % 2} ${Buffer.from(bytes).toString()}`))).toEqual(
        new Set(["0 id: a\n", "1 id: a-b\n"]),
      );
    });

    it.each(["d".repeat(40), "no id at all", "", "HEAD\nHEAD", "../../etc/passwd"])(
      "says that %j is missing, whatever is asked of it",
      async (id) => {
        await expect(objects.file(id)).rejects.toMatchObject(missing);
        await expect(objects.size(id)).rejects.toMatchObject(missing);
        await expect(objects.directory(id)).rejects.toMatchObject(missing);
      },
    );
  });
}
