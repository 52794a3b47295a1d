import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { setPin } from "../../src/surfaces/demo/stage.ts";
import { type Installation, install, until } from "../support/installation.ts";

const environment = "production";

async function running(): Promise<Installation> {
  const installation = await install({ environments: [environment], instances: 1 });
  for (const process of ["order-intake", "payment-authorise", "shipping-quote"])
    await installation.untilStatus(environment, process, { sync: "Synced", health: "Healthy" });
  return installation;
}

async function edit(installation: Installation, file: string, change: (text: string) => string): Promise<void> {
  const path = join(installation.stage.workingCopy, file);
  await writeFile(path, change(await readFile(path, "utf8")));
}

describe("a commit that breaks one process", () => {
  it("degrades that process only, says where, and deploys what is good beside it", async () => {
    const installation = await running();
    await edit(installation, "processes/payment-authorise/process.yaml", (text) => `${text}\n\tnot: yaml\n`);
    await setPin(installation.stage, "environments/production/pins/team-orders.yaml", "order-intake", "1.1.0");
    await setPin(installation.stage, "environments/production/pins/team-logistics.yaml", "shipping-quote", "1.1.2");
    await installation.push("Something broken, and something good");
    const broken = await installation.untilStatus(environment, "payment-authorise", { health: "Degraded" });
    expect(broken.reason).toMatch(/^processes\/payment-authorise\/process\.yaml:\d+:\d+: /);
    expect(broken.actual.find((share) => share.weight === 100)?.version).toBe("2.0.1");
    await installation.untilStatus(environment, "shipping-quote", { sync: "Synced", health: "Healthy", desired: "1.1.2" });
    expect((await fetch(`${await installation.address(environment)}/payments/health`)).status).toBe(200);
  });

  it("keeps everything when environment.yaml is broken, and goes on when it is mended", async () => {
    const installation = await running();
    const file = "environments/production/environment.yaml";
    const good = await readFile(join(installation.stage.workingCopy, file), "utf8");
    await edit(installation, file, () => "name: [production");
    await installation.push("Break the environment");
    await until(
      async () => (await installation.controller.overview()).environments[0]?.findings.some((finding) => finding.file === file) ?? false,
      "the finding is shown",
    );
    expect((await fetch(`${await installation.address(environment)}/orders/health`)).status).toBe(200);
    await edit(installation, file, () => good);
    await installation.push("Mend the environment");
    await installation.untilStatus(environment, "order-intake", { sync: "Synced", health: "Healthy" });
  });

  it("refuses a version that no longer is what was published, and what runs keeps running", async () => {
    const installation = await running();
    await edit(installation, "processes/order-intake/versions/1.2.0.yaml", (text) =>
      text.replace("title: POST /orders", "title: POST /stolen"),
    );
    await installation.push("Tamper");
    const tampered = await installation.untilStatus(environment, "order-intake", { health: "Degraded" });
    expect(tampered.reason).toContain("digest");
    expect(await (await fetch(`${await installation.address(environment)}/orders/health`)).json()).toMatchObject({ version: "1.2.0" });
  });
});

describe("a branch that cannot be followed", () => {
  it("is an error to see when it was rewritten or vanished, and nothing is deployed", async () => {
    const installation = await running();
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

  it("is shown when the server is down, and followed again when it is back", async () => {
    const installation = await running();
    installation.stage.server.behave({ status: 503 });
    await untilRepository(installation, "git/unreachable");
    installation.stage.server.behave("normal");
    await setPin(installation.stage, "environments/production/pins/team-orders.yaml", "order-intake", "1.4.0");
    await installation.push("Deploy while the controller looks away");
    await installation.untilStatus(environment, "order-intake", { sync: "Synced", desired: "1.4.0" });
    expect((await installation.controller.overview()).repository).toMatchObject({ state: "ok", code: null });
  });
});

async function untilRepository(installation: Installation, code: string): Promise<void> {
  await until(async () => (await installation.controller.overview()).repository.code === code, `the repository is ${code}`);
}
