import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDeliveryWatch, type DeliveryWatch } from "../../src/controller/delivery.ts";
import type { Deployment } from "../../src/domain/journal/state.ts";
import type { HistoryQuery } from "../../src/ports/journal.ts";
import { deployment, deploymentCount } from "../support/delivery-values.ts";
import { createKeptLog, type KeptLog } from "../support/log.ts";
import { createVirtualClock, type VirtualClock } from "../support/virtual-clock.ts";

let history: Deployment[];
let asked: HistoryQuery[];
let clock: VirtualClock;
let log: KeptLog;
let watch: DeliveryWatch;

const end = (phase: Deployment["phase"], environment = "production"): void => {
  history.push(deployment({ phase, environment, startedAt: clock.now() - 60_000, endedAt: clock.now() }));
};
const journal = {
  deploymentCounts: async () => history.map(({ environment, phase }) => deploymentCount({ environment, phase, count: 1 })),
  history: async (query: HistoryQuery) => {
    asked.push(query);
    return history.filter(({ environment }) => environment === query.environment);
  },
};
const lines = (level: string) => log.lines.filter((line) => line.level === level);

beforeEach(() => {
  history = [];
  asked = [];
  clock = createVirtualClock();
  log = createKeptLog();
  watch = createDeliveryWatch({ journal, thresholds: [{ metric: "deployment_failure_rate", threshold: 25 }], clock, log });
});
afterEach(() => watch.stop());

describe("the watch over deployments", () => {
  it("says how they go in each environment, and which thresholds are crossed", async () => {
    end("Succeeded", "staging");
    end("Failed");
    expect(await watch.figures()).toMatchObject({
      deploymentCounts: [{ environment: "staging" }, { environment: "production" }],
      deliveries: [
        { environment: "production", successRate: 0 },
        { environment: "staging", successRate: 1 },
      ],
      alerts: [
        { environment: "production", value: 100, isCrossed: true },
        { environment: "staging", value: 0, isCrossed: false },
      ],
    });
  });

  it("reads the history of an environment only when something ended there, or after a while", async () => {
    end("Succeeded");
    end("Succeeded", "staging");
    await watch.figures();
    await watch.figures();
    expect(asked).toEqual([
      { environment: "production", limit: 500 },
      { environment: "staging", limit: 500 },
    ]);
    end("Failed", "staging");
    expect((await watch.figures()).deliveries).toMatchObject([{}, { environment: "staging", successRate: 0.5 }]);
    expect(asked).toHaveLength(3);
    await clock.pass(600_000);
    await watch.figures();
    expect(asked).toHaveLength(5);
  });

  it("warns once when a threshold is crossed, soon after it is rung, and says when all is well again", async () => {
    end("Succeeded");
    watch.start();
    await clock.pass(1);
    expect(log.lines).toEqual([]);
    end("Failed");
    watch.notify();
    await clock.pass(10_000);
    expect(lines("warn")).toMatchObject([
      { text: expect.stringContaining("alert: deployment_failure_rate has crossed its threshold") as string },
    ]);
    watch.notify();
    await clock.pass(10_000);
    expect(lines("warn")).toHaveLength(1);
    for (let more = 0; more < 8; more += 1) end("Succeeded");
    watch.notify();
    await clock.pass(10_000);
    expect(lines("info")).toHaveLength(1);
    end("Failed");
    end("Failed");
    end("Failed");
    watch.notify();
    await clock.pass(10_000);
    expect(lines("warn")).toHaveLength(2);
  });
});
