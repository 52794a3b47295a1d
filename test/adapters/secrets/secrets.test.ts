import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSecrets } from "../../../src/adapters/secrets/secrets.ts";
import type { Permits } from "../../../src/domain/config/permits.ts";

describe("secrets of the controller", () => {
  let directory: string;
  const variables = { SHOP_KEY: "k", GIT_TOKEN: "t" };
  const permits = (): Permits => ({
    secrets: new Map([["live", { env: ["SHOP_*"], folder: join(directory, "secrets") }]]),
    own: { env: new Set(["GIT_TOKEN"]), paths: [join(directory, "secrets/own"), join(directory, "state")] },
    engines: () => ["node-red"],
    flows: () => null,
    metricSources: [],
    named: [],
  });
  const read = (path: string, environment: string | undefined = "live") =>
    createSecrets(variables, permits()).resolve({ kind: "file", path }, environment);

  beforeEach(() => {
    directory = realpathSync(mkdtempSync(join(tmpdir(), "pinion-secrets-")));
    for (const folder of ["secrets", "secrets/..data", "state"]) mkdirSync(join(directory, folder));
    for (const [file, text] of [
      ["secrets/..data/key", "s3cret\n"],
      ["secrets/own", "own"],
      ["outside", "outside"],
      ["state/x", "x"],
    ])
      writeFileSync(join(directory, file ?? ""), text ?? "");
    symlinkSync("..data/key", join(directory, "secrets/key"));
    symlinkSync("../outside", join(directory, "secrets/out"));
    symlinkSync("../state", join(directory, "secrets/state"));
    symlinkSync("own", join(directory, "secrets/alias"));
    symlinkSync(join(directory, "secrets"), join(directory, "linked"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it("are read from the folder, through the links within it that mounted secrets have", async () => {
    expect(await read("key")).toBe("s3cret");
    expect(await read(join(directory, "secrets/key"))).toBe("s3cret");
  });

  it("are read anew each time", async () => {
    writeFileSync(join(directory, "secrets/..data/key"), "rotated");
    expect(await read("key")).toBe("rotated");
  });

  it.each([
    ["a link out of the folder", "out"],
    ["a link to the controller's state", "state/x"],
    ["a link to what is the controller's own", "alias"],
    ["what is the controller's own", "own"],
    ["a path that climbs", "../outside"],
  ])("are not read through %s", async (_what, path) => {
    await expect(read(path)).rejects.toMatchObject({ code: "secret/not-allowed" });
  });

  it("are not read for an environment that may name none, and are missing where nothing is", async () => {
    await expect(read("key", "staging")).rejects.toMatchObject({ code: "secret/not-allowed" });
    await expect(read("nothing")).rejects.toMatchObject({ code: "secret/missing" });
    await expect(read("..data")).rejects.toMatchObject({ code: "secret/missing" });
  });

  it("are not what has no end, or is more than a secret", async () => {
    writeFileSync(join(directory, "secrets/large"), "x".repeat(1024 * 1024 + 1));
    writeFileSync(join(directory, "secrets/fits"), "x".repeat(1024 * 1024));
    await expect(read("large")).rejects.toMatchObject({ code: "secret/missing", message: expect.stringContaining("is larger than 1 MB") });
    expect((await read("fits")).length).toBe(1024 * 1024);
    const endless = createSecrets(variables).resolve({ kind: "file", path: "/dev/zero" });
    await expect(endless).rejects.toMatchObject({ code: "secret/missing", message: "secret file /dev/zero is larger than 1 MB" });
  });

  it("are given to pinion.yaml itself whatever an environment may name", async () => {
    const secrets = createSecrets(variables, permits());
    expect(await secrets.resolve({ kind: "env", name: "GIT_TOKEN" })).toBe("t");
    expect(await secrets.resolve({ kind: "file", path: join(directory, "outside") })).toBe("outside");
    await expect(secrets.resolve({ kind: "env", name: "GIT_TOKEN" }, "live")).rejects.toMatchObject({ code: "secret/not-allowed" });
    expect(await secrets.resolve({ kind: "env", name: "SHOP_KEY" }, "live")).toBe("k");
  });
});
