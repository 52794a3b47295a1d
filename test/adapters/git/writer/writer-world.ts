/** The real pin writer over a real server, with a person who commits and a network that interferes. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { GitRepositoryOptions } from "../../../../src/adapters/git/repository.ts";
import type { PinWriterOptions } from "../../../../src/adapters/git/writer/pin-writer.ts";
import type { CommitId } from "../../../../src/domain/names.ts";
import type { PinWriter } from "../../../../src/ports/pin-writer.ts";
import type { HeldVersion, PinWriterUnderTest } from "../../../contracts/pin-writer.ts";
import { createGitRemote } from "../../../support/git-remote.ts";
import type { GitRemote } from "../../../support/git-remote.ts";
import { startInterferingProxy } from "./interfering-proxy.ts";
import type { InterferingProxy } from "./interfering-proxy.ts";

export interface WriterWorld extends PinWriterUnderTest {
  readonly remote: GitRemote;
  readonly proxy: InterferingProxy;
  /** The text of a file of the environment on the branch; null when it is not there. */
  text(name: string, branch?: string): string | null;
  write(files: Readonly<Record<string, string | Uint8Array | null>>): CommitId;
  /** A hook of the server's: a shell script. */
  hook(name: "pre-receive" | "update", script: string): void;
}

export type WriterWorldOptions = Partial<PinWriterOptions> & { readonly repository?: Partial<GitRepositoryOptions> };

export const identity = { name: "Pinion", email: "pinion@example.com" };
/** Noon of a day in 2026. */
export const noon = Date.UTC(2026, 10, 21, 12);

export async function createWriterWorld(options: WriterWorldOptions = {}): Promise<WriterWorld> {
  const { repository: through = {}, ...given } = options;
  const remote = await createGitRemote();
  const proxy = await startInterferingProxy(() => remote.server.url);
  const path = given.path ?? "";
  const clock = { now: () => noon, sleep: async () => undefined };
  const folder = [...path.split("/"), "environments/production"].filter(Boolean).join("/");

  async function open(): Promise<PinWriter> {
    const repository = await remote.reopen({ url: `${proxy.url}/config.git`, ...through });
    return repository.writer({ identity, signing: null, path, clock, ...given });
  }
  let writer = await open();

  function text(name: string, branch = "main"): string | null {
    const known = remote.remote.git("ls-tree", "-r", "--name-only", `refs/heads/${branch}`).split("\n");
    return known.includes(`${folder}/${name}`) ? remote.remote.git("cat-file", "blob", `refs/heads/${branch}:${folder}/${name}`) : null;
  }

  function pins(): Map<string, string> {
    const lines = (text("pins.yaml") ?? "").split("\n").filter((line) => line.includes(": "));
    return new Map(lines.map((line) => line.split(": ") as [string, string]));
  }

  function write(files: Readonly<Record<string, string | Uint8Array | null>>): CommitId {
    return remote.remote.commit(Object.fromEntries(Object.entries(files).map(([name, content]) => [`${folder}/${name}`, content])));
  }

  remote.remote.commit({ "README.md": "config\n" }, "first");
  return {
    remote,
    proxy,
    text,
    write,
    get writer() {
      return writer;
    },
    restart: async () => (writer = await open()),
    pin: async (process, version) => {
      const now = pins();
      if (version === null) now.delete(process);
      else now.set(process, version);
      return write({ "pins.yaml": [...now].map(([name, pinned]) => `${name}: ${pinned}\n`).join("") });
    },
    pinned: async (process) => pins().get(process) ?? null,
    quarantined: async () => (parse(text("quarantine.yaml") ?? "quarantine: []") as { readonly quarantine: HeldVersion[] }).quarantine,
    commits: async () =>
      remote.remote
        .git("log", "--format=%H %(trailers:key=Rollback-Id,valueonly,separator=%x2C)", "main")
        .split("\n")
        .map((line) => line.split(" "))
        .map(([commit = "", id = ""]) => ({ commit, rollbackId: id === "" ? null : id })),
    proposals: async () =>
      remote.remote.git("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads/rollback").split("\n").filter(Boolean),
    hook: (name, script) => writeFileSync(join(remote.remote.path, "hooks", name), `#!/bin/sh\n${script}\n`, { mode: 0o755 }),
    protect: async () =>
      writeFileSync(
        join(remote.remote.path, "hooks", "update"),
        '#!/bin/sh\n[ "$1" != refs/heads/main ] || { echo "error: GH006: Protected branch update failed for $1." >&2; exit 1; }\n',
        { mode: 0o755 },
      ),
    fail: async (code) => {
      if (code === null) remote.server.behave("normal");
      else remote.server.behave({ status: code === "git/refused" ? 403 : 503 });
    },
    loseAnswer: proxy.loseAnswer,
    beforePush: proxy.beforePush,
    dispose: async () => {
      await proxy.close();
      await remote.dispose();
    },
  };
}
