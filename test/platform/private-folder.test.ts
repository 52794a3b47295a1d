/** A state folder is its owner's alone, or it is not used. */

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ensurePrivateFolder } from "../../src/platform/private-folder.ts";
import { openStore } from "../../src/adapters/store/sqlite/store.ts";
import { createKeptLog } from "../support/log.ts";

function place(): string {
  const made = mkdtempSync(join(tmpdir(), "pinion-private-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return join(made, "state");
}

describe("a state folder", () => {
  it("is made for its owner alone", () => {
    const state = place();
    ensurePrivateFolder(state);
    expect(statSync(state).mode & 0o777).toBe(0o700);
  });

  it.each([0o755, 0o750, 0o701, 0o710, 0o770, 0o704])("that is there with mode %o is refused with the command that fixes it", (mode) => {
    const state = place();
    mkdirSync(state);
    chmodSync(state, mode);
    const octal = `0${mode.toString(8)}`;
    expect(() => ensurePrivateFolder(state)).toThrow(
      expect.objectContaining({ code: "store/open-to-others", message: expect.stringMatching(`${octal}.*chmod 700 ${state}`) }),
    );
    expect(statSync(state).mode & 0o777).toBe(mode);
  });

  it("holds files that are its owner's alone, those of an earlier release too", () => {
    const directory = place();
    const open = () => openStore({ directory, log: createKeptLog() });
    const files = () => readdirSync(directory).map((name) => join(directory, name));
    const modes = () => new Set(files().map((file) => statSync(file).mode & 0o777));
    const first = open();
    expect(modes()).toEqual(new Set([0o600]));
    first.close();
    for (const file of files().filter((name) => name.endsWith(".db"))) chmodSync(file, 0o644);
    const second = open();
    onTestFinished(() => second.close());
    expect(modes()).toEqual(new Set([0o600]));
  });

  it("that belongs to somebody else is refused", () => {
    const state = place();
    ensurePrivateFolder(state);
    expect(() => ensurePrivateFolder(state, statSync(state).uid + 1)).toThrow(expect.objectContaining({ code: "store/open-to-others" }));
  });

  it("that belongs to somebody else is refused by root too, who could look into it: its owner can as well", () => {
    const state = place();
    ensurePrivateFolder(state);
    const owner = 4_711;
    const look = () => ({ mode: 0o700, uid: owner });
    expect(() => ensurePrivateFolder(state, 0, look)).toThrow(
      expect.objectContaining({
        code: "store/open-to-others",
        message: expect.stringMatching(new RegExp(`belongs to uid ${owner}.*run Pinion as that user, or.*chown -R 0 ${state}`)),
      }),
    );
  });
});
