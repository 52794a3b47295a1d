import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { revertOrder } from "../../../contracts/pin-writer.ts";
import { failureOf } from "../../../support/failure.ts";
import { temporaryFolder } from "../../../support/git.ts";
import { createWriterWorld, identity } from "./writer-world.ts";
import type { WriterWorld } from "./writer-world.ts";
import type { SigningKey } from "../../../../src/adapters/git/writer/sign-commit.ts";

let folder: ReturnType<typeof temporaryFolder>;
let world: WriterWorld;
let home: string;

beforeEach(() => {
  folder = temporaryFolder();
  home = join(folder.path, "gnupg");
  mkdirSync(home, { mode: 0o700 });
});
afterEach(async () => {
  await world.dispose();
  execFileSync("gpgconf", ["--homedir", home, "--kill", "all"]);
  folder.remove();
});

async function revertSigned(signing: SigningKey): Promise<Awaited<ReturnType<WriterWorld["writer"]["revert"]>>> {
  world = await createWriterWorld({ signing });
  await world.pin("order-intake", "1.5.0");
  return world.writer.revert(revertOrder());
}

function sshKey(passphrase: string): string {
  const file = join(folder.path, "key");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-C", "pinion", "-f", file]);
  return file;
}

function openpgpKey(passphrase: string): void {
  const flags = ["--homedir", home, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", passphrase];
  execFileSync("gpg", [...flags, "--quick-generate-key", `Pinion <${identity.email}>`, "ed25519", "sign", "never"], { stdio: "pipe" });
}

/** Throws when git does not accept the signature of the branch's newest commit. */
function verify(...config: readonly string[]): string {
  const options = {
    cwd: world.remote.remote.path,
    env: { ...process.env, GNUPGHOME: home, GIT_CONFIG_GLOBAL: "/dev/null" },
    stdio: "pipe",
  } as const;
  return execFileSync("git", [...config.flatMap((each) => ["-c", each]), "log", "-1", "--format=%G?", "main"], options)
    .toString()
    .trim();
}

describe("a signed rollback", () => {
  it("is accepted by git with an ssh key", async () => {
    const keyFile = sshKey("");
    expect((await revertSigned({ kind: "ssh", keyFile })).kind).toBe("committed");
    const allowed = join(folder.path, "allowed_signers");
    writeFileSync(allowed, `${identity.email} ${readFileSync(`${keyFile}.pub`, "utf8")}`);
    world.remote.remote.git("-c", `gpg.ssh.allowedSignersFile=${allowed}`, "verify-commit", "main");
    expect(verify(`gpg.ssh.allowedSignersFile=${allowed}`)).toBe("G");
    world.remote.remote.git("fsck", "--strict");
  });

  it.each([
    ["without a passphrase", ""],
    ["with its passphrase in a file", "secret words"],
  ])("is accepted by git with an OpenPGP key %s", async (_, passphrase) => {
    openpgpKey(passphrase);
    const passphraseFile = join(folder.path, "passphrase");
    writeFileSync(passphraseFile, passphrase, { mode: 0o600 });
    const key: SigningKey = { kind: "openpgp", keyId: identity.email, home, passphraseFile: passphrase === "" ? null : passphraseFile };
    expect((await revertSigned(key)).kind).toBe("committed");
    expect(["G", "U"]).toContain(verify());
  });

  it.each<[string, () => SigningKey]>([
    ["the key is missing", () => ({ kind: "ssh", keyFile: join(folder.path, "nowhere") })],
    ["the key wants a passphrase", () => ({ kind: "ssh", keyFile: sshKey("secret words") })],
    ["the key may be read by everybody", () => ({ kind: "ssh", keyFile: readable(sshKey("")) })],
    ["gpg has no such key", () => ({ kind: "openpgp", keyId: "nobody@example.com", home, passphraseFile: null })],
  ])("is not written at all when %s", async (_, key) => {
    expect(await failureOf(revertSigned(key()))).toMatchObject({
      code: "git/failed",
      message: expect.stringMatching(/does not sign the commit: \S/),
    });
    expect(await world.pinned("order-intake")).toBe("1.5.0");
  });
});

function readable(file: string): string {
  chmodSync(file, 0o644);
  return file;
}
