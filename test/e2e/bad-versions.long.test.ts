/** Versions that only customers find out to be bad: each is gone within moments, and git says so. */

import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type OpenInstallation, openInstallation, until } from "../support/installation.ts";
import { type Behaviour, type Ground, good, pinComments, pinsFile } from "../support/proving-ground.ts";
import { type Answer, type RecordedLoad, startRecordedLoad } from "../support/recorded-load.ts";

const failing: Behaviour = { kind: "failing", every: 5 };
const slow: Behaviour = { kind: "slow", delayMs: 3_000 };
const deadly: Behaviour = { kind: "deadly", every: 20 };
const minRequests = 20;

const canary = `{ type: canary, config: { trafficPercentage: 25, incrementInterval: 10m, minRequests: ${minRequests}, maxDuration: 9h } }`;
const policy = (triggers: readonly string[]) => `analysis: { interval: 1s, window: 10s, minRequests: ${minRequests} }
rollbackPolicy:
  automatic:
    timeout: 10m
    triggers:
${triggers.map((trigger) => `      - { ${trigger}, minRequests: ${minRequests} }\n`).join("")}drainTimeout: 5s
`;

const ground: Ground = {
  processes: {
    "failing-canary": { "1.0.0": good, "1.1.0": failing },
    "failing-switch": { "1.0.0": good, "1.1.0": failing },
    "slow-canary": { "1.0.0": good, "1.1.0": slow },
    "slower-canary": { "1.0.0": good, "1.1.0": slow },
    "deadly-canary": { "1.0.0": good, "1.1.0": deadly },
    "deadly-switch": { "1.0.0": good, "1.1.0": deadly },
  },
  environments: {
    shop: {
      text: `type: production
strategy: ${canary}
processes: { failing-switch: { strategy: { type: blue-green } } }
${policy(["type: error_rate, threshold: 10%, duration: 10s", "type: response_time, threshold: 2s, duration: 10s"])}`,
      pins: { "failing-canary": "1.0.0", "failing-switch": "1.0.0", "slow-canary": "1.0.0" },
    },
    compared: {
      text: `type: staging\nstrategy: ${canary}\n${policy(["type: performance_degradation, threshold: 300%, duration: 10s"])}`,
      pins: { "slower-canary": "1.0.0" },
    },
    crash: {
      text: `type: staging
strategy: ${canary}
processes: { deadly-switch: { strategy: { type: blue-green } } }
${policy(["type: error_rate, threshold: 10%, duration: 10s"])}`,
      pins: { "deadly-canary": "1.0.0", "deadly-switch": "1.0.0" },
    },
  },
};

let installation: OpenInstallation;

beforeAll(async () => {
  const environments = Object.keys(ground.environments);
  installation = await openInstallation({ environments, instances: 1, instancesOf: { crash: 2 }, ground });
  return () => installation.close();
});

/** Nobody's fault, everybody's good version: known good before anything bad comes. */
async function loadOn(environment: string, process: string): Promise<RecordedLoad> {
  await installation.untilStatus(environment, process, { sync: "Synced", health: "Healthy", desired: "1.0.0" });
  const load = startRecordedLoad(`${await installation.address(environment)}/${process}`, { callers: 16 });
  onTestFinished(() => load.stop());
  await until(() => load.of("1.0.0").length >= 2 * minRequests, "there is traffic");
  return load;
}

describe("a bad version with customers", () => {
  it.each([
    ["20 % errors, by canary", "shop", "failing-canary", "error_rate"],
    ["20 % errors, by blue-green", "shop", "failing-switch", "error_rate"],
    ["slow answers, by canary", "shop", "slow-canary", "response_time"],
    ["answers slower than those of the version before, by canary", "compared", "slower-canary", "performance_degradation"],
    ["the end of its engine now and then, by canary", "crash", "deadly-canary", "error_rate"],
    ["the end of its engine now and then, by blue-green", "crash", "deadly-switch", "error_rate"],
  ])("%s: it is rolled back, by a commit", async (what, environment, process, trigger) => {
    const load = await loadOn(environment, process);
    await installation.deploy(environment, process, "1.1.0");
    const deployment = await installation.untilDeployment(process, "1.1.0", ({ phase }) => phase === "RolledBack");
    report(what, load, trigger);
    const [back] = [load.answers.length];
    await until(() => load.answers.length >= back + 200, "there is more traffic");
    expect(load.answers.slice(back).filter(({ version, sentAt }) => version === "1.1.0" && sentAt > (deployment.endedAt ?? 0))).toEqual([]);
    // What takes its engine down may do so to the validation that asks it first, and fails what its canary is judged by too.
    expect([trigger, ...(environment === "crash" ? ["post_validation", "success_rate", "engine_death"] : [])]).toContain(
      deployment.trigger,
    );
    await installation.untilStatus(environment, process, { sync: "Synced", health: "Healthy", desired: "1.0.0" });
    await expectCommit(environment, process, deployment.trigger ?? "");
  });
});

/** For people: how long the bad version had customers, and how much of that is not the metrics' due. */
function report(what: string, load: RecordedLoad, trigger: string): void {
  const bad = load.of("1.1.0").toSorted((a, b) => a.answeredAt - b.answeredAt);
  const known = bad[minRequests - 1] ?? bad.at(-1);
  const last = Math.max(...bad.map(({ sentAt }) => sentAt));
  const first = bad.find((answer) => !answer.isGood || trigger !== "error_rate");
  const since = (answer: Answer | undefined) => `${last - (answer?.answeredAt ?? Number.NaN)} ms`;
  console.log(
    `${what}: the last of its ${bad.length} requests came ${since(first)} after its first bad answer, ${since(known)} after ${minRequests}`,
  );
}

async function expectCommit(environment: string, process: string, trigger: string): Promise<void> {
  const { git } = installation.stage;
  const [commit = "", ...others] = await installation.revertsOf(process, "1.1.0");
  expect(others).toEqual([]);
  const message = await git("show", "--no-patch", "--format=%an%n%B", commit);
  const pinned = (await git("log", "--format=%H", `--grep=^Deploy ${process} 1.1.0`)).trim();
  expect(message.split("\n").slice(0, 2)).toEqual(["Pinion", `revert(${environment}): ${process} 1.1.0 -> 1.0.0`]);
  expect(message).toContain(`\nRollback-Of: ${pinned}\nRollback-Trigger: ${trigger}\nRollback-Id: `);
  const changed = await git("show", "--format=", "--unified=0", commit);
  expect(changed).toContain(`\n-${process}: 1.1.0 ${pinComments.beside}\n+${process}: 1.0.0 ${pinComments.beside}\n`);
  expect(await git("show", "--format=", "--name-only", commit)).toBe(
    `${pinsFile(environment)}\nenvironments/${environment}/quarantine.yaml\n`,
  );
  expect(await git("show", `${commit}:environments/${environment}/quarantine.yaml`)).toContain(`process: ${process}`);
}
