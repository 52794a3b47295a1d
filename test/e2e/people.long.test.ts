/** People's hands on a running installation: each order by the real program, and what comes of it for customers. */

import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Ended, type OpenInstallation, openInstallation, until } from "../support/installation.ts";
import { type Ground, good } from "../support/proving-ground.ts";
import { type RecordedLoad, startRecordedLoad } from "../support/recorded-load.ts";

const environment = "shop";
const versions = { "1.0.0": good, "1.1.0": good, "1.2.0": good };

/** Goes on by itself, once it has customers enough. */
const going = "{ type: canary, config: { minRequests: 20, steps: [{ weight: 30 }, { analysis: { duration: 3s } }, { weight: 60 }] } }";

const ground: Ground = {
  processes: { stopped: versions, promoted: versions, aborted: versions, recovered: versions, reverted: versions, frozen: versions },
  environments: {
    [environment]: {
      text: `type: production
strategy: { type: canary, config: { minRequests: 5, steps: [{ weight: 30 }, { pause: {} }, { weight: 60 }, { pause: {} }] } }
processes: { reverted: { strategy: { type: blue-green } }, stopped: { strategy: ${going} }, frozen: { strategy: ${going} } }
analysis: { interval: 500ms }
drainTimeout: 5s
`,
      pins: Object.fromEntries(["stopped", "promoted", "aborted", "recovered", "reverted", "frozen"].map((process) => [process, "1.0.0"])),
    },
  },
};

let installation: OpenInstallation;

beforeAll(async () => {
  installation = await openInstallation({ environments: [environment], instances: 1, ground });
  return () => installation.close();
});

async function loadOn(process: string): Promise<RecordedLoad> {
  await installation.untilStatus(environment, process, { sync: "Synced", health: "Healthy", desired: "1.0.0" });
  return loadOf(process);
}

async function loadOf(process: string): Promise<RecordedLoad> {
  const load = startRecordedLoad(`${await installation.address(environment)}/${process}`, { callers: 4 });
  onTestFinished(() => load.stop());
  return load;
}

/** 1.1.0 has its first share of the traffic. */
async function canaryOf(process: string): Promise<RecordedLoad> {
  const load = await loadOn(process);
  await installation.deploy(environment, process, "1.1.0");
  await until(() => load.of("1.1.0").length > 0, "the canary has traffic");
  return load;
}

/** 1.1.0 has its first share, and no customers: its step waits for them, however long people take. */
async function canaryAlone(process: string): Promise<void> {
  await installation.untilStatus(environment, process, { sync: "Synced", health: "Healthy", desired: "1.0.0" });
  await installation.deploy(environment, process, "1.1.0");
  await until(async () => (await shareOf(process)) === 30, "the canary has its share");
}

async function shareOf(process: string): Promise<number | undefined> {
  return (await installation.status(environment, process))?.actual.find(({ version }) => version === "1.1.0")?.weight;
}

async function order(name: string, process: string, ...more: readonly string[]): Promise<Ended> {
  const person = ["--as", "Ann <ann@example.com>", "--reason", "the till is being counted"];
  return installation.pinion(name, `${environment}/${process}`, ...person, ...more);
}

async function untilAllTrafficOn(load: RecordedLoad, version: string): Promise<void> {
  await until(
    () => load.answers.length >= 100 && load.answers.slice(-100).every((answer) => answer.version === version),
    `${version} has all`,
  );
}

/** The canary keeps its first share for longer than its step takes, with customers. */
async function expectNoStepFor(process: string): Promise<RecordedLoad> {
  const load = await loadOf(process);
  const begun = Date.now();
  await until(() => Date.now() - begun > 4_000, "its step would be over");
  await until(() => load.of("1.1.0").length >= 50, "it would have a verdict");
  expect(await shareOf(process)).toBe(30);
  return load;
}

describe("by the real program", () => {
  it("pause holds a canary where it is, and resume lets it go on", async () => {
    await canaryAlone("stopped");
    expect(await order("pause", "stopped")).toMatchObject({ code: 0 });
    expect((await installation.status(environment, "stopped"))?.progress?.paused?.by.name).toBe("Ann");
    const load = await expectNoStepFor("stopped");
    expect(await order("resume", "stopped")).toMatchObject({ code: 0 });
    await installation.untilDeployment("stopped", "1.1.0", ({ phase }) => phase === "Succeeded");
    expect(load.failures()).toEqual([]);
  });

  it("promote takes one step, promote --full all that are left", async () => {
    const load = await canaryOf("promoted");
    await until(async () => (await order("promote", "promoted")).code === 0, "it can be promoted");
    await until(async () => (await shareOf("promoted")) === 60, "it has 60 %");
    expect(await order("promote", "promoted", "--full")).toMatchObject({ code: 0 });
    await installation.untilDeployment("promoted", "1.1.0", ({ phase }) => phase === "Succeeded");
    await untilAllTrafficOn(load, "1.1.0");
    expect(load.failures()).toEqual([]);
  });

  it("abort takes the traffic back at once, and retry tries the version again", async () => {
    const load = await canaryOf("aborted");
    expect(await order("abort", "aborted")).toMatchObject({ code: 0 });
    await untilAllTrafficOn(load, "1.0.0");
    const aborted = await installation.untilDeployment("aborted", "1.1.0", ({ endedAt }) => endedAt !== null);
    expect(aborted.phase).toBe("Aborted");
    const before = load.of("1.1.0").length;
    expect(await order("retry", "aborted")).toMatchObject({ code: 0 });
    await until(() => load.of("1.1.0").length > before, "it has traffic again");
    expect(load.failures()).toEqual([]);
  });

  it("recover takes the traffic back, proves it, and puts the pin back", async () => {
    const load = await canaryOf("recovered");
    const recovered = await order("recover", "recovered", "--format", "json");
    expect({ code: recovered.code, said: JSON.parse(recovered.stdout) as unknown }).toMatchObject({
      code: 0,
      said: { recovered: true, bad: "1.1.0", traffic: { state: "done" }, verification: { state: "done" } },
    });
    await untilAllTrafficOn(load, "1.0.0");
    await installation.untilStatus(environment, "recovered", { sync: "Synced", desired: "1.0.0" });
    expect(await installation.revertsOf("recovered", "1.1.0")).toHaveLength(1);
    expect(load.failures()).toEqual([]);
  });

  it("rollback commits as Pinion, names the person as claimed, and the version before is back", async () => {
    const load = await loadOn("reverted");
    await installation.deploy(environment, "reverted", "1.1.0");
    await installation.untilDeployment("reverted", "1.1.0", ({ phase }) => phase === "Succeeded");
    expect(await order("rollback", "reverted")).toMatchObject({ code: 0 });
    await untilAllTrafficOn(load, "1.0.0");
    const [commit = ""] = await installation.revertsOf("reverted", "1.1.0");
    expect(await installation.stage.git("show", "--no-patch", "--format=%an <%ae>%n%B", commit)).toMatch(
      /^Pinion <pinion@localhost>\n[^]*by\scommand\sof\sAnn,\sas\sclaimed\swith\sthe\stoken\sof\suid\s\d+:\sthe\still\sis\sbeing\scounted[^]*\nRollback-By: Ann <ann@example\.com> \(as claimed /,
    );
    expect(load.failures()).toEqual([]);
  });

  it("freeze stops the line in the middle of a canary, and unfreeze lets it move again", async () => {
    await canaryAlone("frozen");
    const person = ["--as", "Ann <ann@example.com>", "--reason", "the till is being counted"];
    expect(await installation.pinion("freeze", environment, ...person)).toMatchObject({ code: 0 });
    const load = await expectNoStepFor("frozen");
    expect((await installation.pinion("status")).stdout).toContain("FROZEN by Ann");
    expect(await installation.pinion("unfreeze", environment, ...person)).toMatchObject({ code: 0 });
    await installation.untilDeployment("frozen", "1.1.0", ({ phase }) => phase === "Succeeded");
    expect(load.failures()).toEqual([]);
  });
});
