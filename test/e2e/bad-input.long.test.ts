import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { setPin } from "../../src/demo/stage.ts";
import { type Installation, install, type OpenInstallation, openInstallation, until } from "../support/installation.ts";

const environment = "production";
const options = { environments: [environment], instances: 1 };

/** What the example pins of the processes that are looked at here. */
const pinned = { "order-intake": "1.2.0", "payment-authorise": "2.0.1", "shipping-quote": "1.0.1" };

async function untilWell(installation: Installation): Promise<void> {
  for (const [process, desired] of Object.entries(pinned))
    await installation.untilStatus(environment, process, { sync: "Synced", health: "Healthy", desired });
}

async function untilRepository(installation: Installation, code: string): Promise<void> {
  await until(async () => (await installation.controller.overview()).repository.code === code, `the repository is ${code}`);
}

describe("what cannot be taken as it is", () => {
  let installation: OpenInstallation;
  let first: string;

  beforeAll(async () => {
    installation = await openInstallation(options);
    return () => installation.close();
  });

  /** Each begins with the repository as it was first. */
  beforeEach(async () => {
    await untilWell(installation);
    first = (await installation.stage.git("rev-parse", "HEAD")).trim();
  });
  afterEach(async () => {
    const { stage } = installation;
    await stage.git("checkout", "--quiet", first, "--", ".");
    await stage.git("-c", "commit.gpgsign=false", "commit", "--quiet", "--no-verify", "--allow-empty", "--message", "As it was");
    await stage.git("push", "--quiet", "origin", "main");
  });

  async function edit(file: string, change: (text: string) => string): Promise<void> {
    const path = join(installation.stage.workingCopy, file);
    await writeFile(path, change(await readFile(path, "utf8")));
  }

  it("is one process: that is degraded and says where, and what is good beside it is deployed", async () => {
    await edit("processes/payment-authorise/process.yaml", (text) => `${text}\n\tnot: yaml\n`);
    await setPin(installation.stage, "environments/production/pins/team-orders.yaml", "order-intake", "1.1.0");
    await setPin(installation.stage, "environments/production/pins/team-logistics.yaml", "shipping-quote", "1.1.2");
    await installation.push("Something broken, and something good");
    const broken = await installation.untilStatus(environment, "payment-authorise", { health: "Degraded" });
    expect(broken.reason.text).toMatch(/^processes\/payment-authorise\/process\.yaml:\d+:\d+: /);
    expect(broken.actual.find((share) => share.weight === 100)?.version).toBe("2.0.1");
    await installation.untilStatus(environment, "shipping-quote", { sync: "Synced", health: "Healthy", desired: "1.1.2" });
    expect((await fetch(`${await installation.address(environment)}/payments/health`)).status).toBe(200);
  });

  it("is environment.yaml: everything is kept, and goes on when it is fixed", async () => {
    const file = "environments/production/environment.yaml";
    const good = await readFile(join(installation.stage.workingCopy, file), "utf8");
    await edit(file, () => "name: [production");
    await installation.push("Break the environment");
    await until(
      async () => (await installation.controller.overview()).environments[0]?.findings.some((finding) => finding.file === file) ?? false,
      "the finding is shown",
    );
    expect((await fetch(`${await installation.address(environment)}/orders/health`)).status).toBe(200);
    await edit(file, () => good);
    await installation.push("Fix the environment");
    await installation.untilStatus(environment, "order-intake", { sync: "Synced", health: "Healthy" });
  });

  it("is a version that no longer is what was published: it is refused, and what runs keeps running", async () => {
    await edit("processes/order-intake/versions/1.2.0.yaml", (text) => text.replace("title: POST /orders", "title: POST /stolen"));
    await installation.push("Tamper");
    const tampered = await installation.untilStatus(environment, "order-intake", { health: "Degraded" });
    expect(tampered.reason.text).toContain("digest");
    expect(await (await fetch(`${await installation.address(environment)}/orders/health`)).json()).toMatchObject({ version: "1.2.0" });
  });

  it("is a server that is down: it is shown, and followed again when it is back", async () => {
    installation.stage.server.behave({ status: 503 });
    await untilRepository(installation, "git/unreachable");
    installation.stage.server.behave("normal");
    await setPin(installation.stage, "environments/production/pins/team-orders.yaml", "order-intake", "1.4.0");
    await installation.push("Deploy while the controller looks away");
    await installation.untilStatus(environment, "order-intake", { sync: "Synced", desired: "1.4.0" });
    expect((await installation.controller.overview()).repository).toMatchObject({ state: "ok", code: null });
  });
});

describe("a branch that was rewritten or vanished", () => {
  it("is an error to see, and nothing is deployed", async () => {
    const installation = await install(options);
    await untilWell(installation);
    const { stage } = installation;
    await stage.git("-c", "commit.gpgsign=false", "commit", "--quiet", "--amend", "--message", "Another history");
    await stage.git("push", "--quiet", "--force", "origin", "main");
    await untilRepository(installation, "git/history-rewritten");
    await stage.git("push", "--quiet", "origin", "main:other");
    const remote = join(stage.directory, "remote", "shop.git");
    await rename(join(remote, "refs/heads/main"), join(remote, "main-elsewhere"));
    await untilRepository(installation, "git/branch-missing");
    expect((await fetch(`${await installation.address(environment)}/orders/health`)).status).toBe(200);
    expect((await installation.controller.history(50)).every((deployment) => deployment.kind === "deploy")).toBe(true);
  });
});
