/** The library as a caller has it: Node-RED and the gateway are real, customers ask over HTTP, and a bad version is taken back. */

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  CanaryDeployer,
  DeploymentError,
  deployProcess,
  type EmbeddedPinion,
  type Environment,
  ManualRollback,
  monitorDeployment,
  type OpenOptions,
  openPinion,
  validateDeployment,
  type WorkflowVersion,
} from "../../src/index.ts";

const production: Environment = {
  name: "production",
  type: "production",
  deploymentStrategy: {
    strategy: "canary",
    config: { trafficPercentage: 20, incrementPercentage: 40, incrementInterval: "1s", minRequests: 10, maxDuration: "10m" },
  },
  analysis: { interval: "250ms" },
  drainTimeout: "2s",
};

/** Answers its version; where it is bad, every other answer is an error, but not that of its smoke test. */
function greeter(version: string, isBad = false): WorkflowVersion {
  const rules = [
    { t: "set", p: "payload", pt: "msg", to: version, tot: "str" },
    { t: "set", p: "statusCode", pt: "msg", to: isBad ? "$exists(req.query.check) ? 200 : 500" : "200", tot: "jsonata" },
  ];
  return {
    workflowId: "greeter",
    version,
    definition: {
      nodes: [
        { id: "ask", type: "http in", config: { method: "get", url: "/hello" } },
        { id: "answer", type: "change", config: { rules } },
        { id: "say", type: "http response", config: {} },
      ],
      connections: [
        { from: { node: "ask" }, to: { node: "answer" } },
        { from: { node: "answer" }, to: { node: "say" } },
      ],
    },
    checks: [{ name: "answers", request: { path: "/hello?check=1" }, expect: { status: 200 } }],
  };
}

async function opened(options: OpenOptions): Promise<EmbeddedPinion> {
  const pinion = await openPinion(options);
  onTestFinished(() => pinion.close());
  return pinion;
}

interface Customers {
  /** What each of them was answered: `1.0.0 200`. */
  readonly answers: readonly string[];
  /** Of those that were asked from now on, so many or more: what was under way before may be answered last. */
  next(count: number): Promise<readonly string[]>;
  stop(): Promise<void>;
}

function customersAt(url: string): Customers {
  const answers: string[] = [];
  let asked: { readonly sentAt: number; readonly answer: string }[] = [];
  const given = new AbortController();
  const ask = async (): Promise<void> => {
    while (!given.signal.aborted) {
      const sentAt = performance.now();
      const answer = await fetch(url)
        .then(async (response) => `${await response.text()} ${response.status}`)
        .catch(String);
      answers.push(answer);
      asked.push({ sentAt, answer });
      await sleep(5);
    }
  };
  const asking = [ask(), ask(), ask(), ask()];
  const stop = async () => {
    given.abort();
    await Promise.all(asking);
  };
  onTestFinished(stop);
  const next = async (count: number) => {
    const since = performance.now();
    for (asked = []; asked.filter(({ sentAt }) => sentAt > since).length < count;) await sleep(10);
    return asked.filter(({ sentAt }) => sentAt > since).map(({ answer }) => answer);
  };
  return { answers, next, stop };
}

describe("a caller of the library", () => {
  it("deploys by canary, sees the traffic move, and a bad version taken back", async () => {
    const pinion = await opened({ environments: [production] });
    const deployer = new CanaryDeployer(pinion);
    await deployer.deploy(greeter("1.0.0"), "production");
    const { answers, next } = customersAt(`${pinion.address("production")}/hello`);

    const second = await deployer.deploy(greeter("1.1.0"), "production");
    expect(second).toMatchObject({ status: "Succeeded", strategy: "canary", previousVersion: "1.0.0" });
    expect(new Set(answers)).toEqual(new Set(["1.0.0 200", "1.1.0 200"]));
    const firstOfNew = answers.indexOf("1.1.0 200");
    expect(answers.slice(firstOfNew, firstOfNew + 40)).toContain("1.0.0 200");
    expect(await validateDeployment(second.id, { pinion })).toMatchObject({ isValid: true });

    const bad: unknown = await deployer.deploy(greeter("1.2.0", true), "production").catch((error: unknown) => error);
    if (!(bad instanceof DeploymentError)) throw new Error("the bad version was deployed", { cause: bad });
    expect(bad.deployment).toMatchObject({ status: "RolledBack", trigger: "success_rate" });
    expect(answers).toContain("1.2.0 500");
    expect(new Set(await next(100))).toEqual(new Set(["1.1.0 200"]));
    const { rollbacks, health } = await monitorDeployment(second.id, { pinion });
    expect(rollbacks).toMatchObject({ count: 1 });
    expect(health.workflowEngineHealth).toBe(100);
  });

  it("goes on in the same folder where it was closed, and leaves nothing behind in another", async () => {
    const directory = await mkdtemp(join(tmpdir(), "pinion-library-"));
    onTestFinished(() => rm(directory, { recursive: true, force: true, maxRetries: 20 }));
    const temporary = process.env["TMPDIR"];
    process.env["TMPDIR"] = directory;
    onTestFinished(() => {
      if (temporary === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = temporary;
    });
    const kept = join(directory, "kept");
    const blueGreen: Environment = { ...production, deploymentStrategy: { strategy: "blue-green" } };
    const first = await opened({ directory: kept, environments: [blueGreen], versions: [greeter("1.0.0"), greeter("1.1.0")] });
    await first.deploy({ processId: "greeter", version: "1.0.0", environment: "production", strategy: null });
    const { id } = await deployProcess("greeter", "production", { pinion: first });
    await first.close();

    const again = await opened({ directory: kept });
    const deployment = await again.deployment(id);
    expect(deployment).toMatchObject({ version: "1.1.0", status: "Succeeded" });
    const result = await new ManualRollback(again).rollbackToVersion(deployment, "1.0.0", "as it was", "Ann <ann@example.com>");
    expect(result).toMatchObject({ status: "success", to: "1.0.0" });
    expect(await (await fetch(`${again.address("production")}/hello`)).text()).toBe("1.0.0");
    await again.close();

    const other = await opened({ environments: [blueGreen] });
    await other.close();
    expect((await readdir(directory)).filter((name) => name.startsWith("pinion-"))).toEqual([]);
  });
});
