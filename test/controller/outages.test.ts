/** What others are told when the gateway or an engine instance ends and comes back. */

import { describe, expect, it } from "vitest";
import { createOutages, type OutagesParts } from "../../src/controller/outages.ts";
import type { GatewayStatus } from "../../src/domain/observed/gateway-status.ts";
import { createFakeJournal } from "../fakes/journal.ts";
import { createKeptLog } from "../support/log.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";

interface Given {
  readonly wasGatewayDown?: boolean;
  readonly memory?: OutagesParts["memory"];
}

/** As a store keeps it. */
function createMemory(text: string | null = null): OutagesParts["memory"] {
  let kept = text;
  return { read: () => kept, write: (next) => void (kept = next) };
}

function setUp({ wasGatewayDown = false, memory = createMemory() }: Given = {}) {
  const journal = createFakeJournal();
  const log = createKeptLog();
  const clock = createVirtualClock();
  let rings = 0;
  const dispatcher = { notify: () => void (rings += 1) };
  const environments = () => ["production", "staging"];
  const outages = createOutages({ journal, dispatcher, log, clock, environments, wasGatewayDown, memory });
  const told = async () => {
    await clock.idle();
    return (await journal.pendingEvents(100)).map(({ kind, environment, why }) => `${environment} ${kind}: ${why}`);
  };
  return { outages, journal, log, told, clock, rings: () => rings };
}

const gateway = (state: GatewayStatus["state"], why: string): GatewayStatus => ({ state, why, since: 0, restarts: 0, tampered: 0 });
const hung = "process 7 did not answer for 6 s and was ended";

describe("an outage is told", () => {
  it("of the gateway in every environment, once, and its end", async () => {
    const { outages, told, rings } = setUp();
    outages.gateway(gateway("down", hung));
    outages.gateway(gateway("down", "process 8 is gone"));
    outages.gateway(gateway("up", hung));
    expect(await told()).toEqual([
      `production gateway-down: the gateway is down: ${hung}`,
      `staging gateway-down: the gateway is down: ${hung}`,
      `production gateway-up: the gateway is up again, after: ${hung}`,
      `staging gateway-up: the gateway is up again, after: ${hung}`,
    ]);
    await expect.poll(rings).toBe(4);
  });

  it("of a gateway that was down when the controller started: that it is up again, once", async () => {
    const { outages, told } = setUp({ wasGatewayDown: true });
    outages.gateway(gateway("up", ""));
    outages.gateway(gateway("up", ""));
    expect(await told()).toEqual(["production gateway-up: the gateway is up again", "staging gateway-up: the gateway is up again"]);
  });

  it("of a gateway that was up when the controller started: nothing", async () => {
    const { outages, told } = setUp();
    outages.gateway(gateway("up", ""));
    expect(await told()).toEqual([]);
  });

  it("of an engine instance in its environment, once for each, and never for one that only starts", async () => {
    const { outages, told } = setUp();
    const instance = (id: string, state: "starting" | "ready" | "down", why = "") => outages.engine("production", { id, state, why });
    instance("node-red-1", "starting");
    instance("node-red-1", "ready");
    instance("node-red-1", "down", "it hung");
    instance("node-red-1", "starting");
    instance("node-red-1", "down", "it does not come up");
    instance("node-red-2", "down", "its process died");
    instance("node-red-1", "ready");
    expect(await told()).toEqual([
      "production engine-down: node-red-1 is down: it hung",
      "production engine-down: node-red-2 is down: its process died",
      "production engine-up: node-red-1 is up again",
    ]);
  });

  it("as over by the next controller too, and only of what was told as down", async () => {
    const memory = createMemory();
    const first = setUp({ memory });
    first.outages.engine("production", { id: "node-red-1", state: "down", why: "it hung" });
    first.outages.engine("staging", { id: "node-red-1", state: "down", why: "it hung" });
    first.outages.engine("staging", { id: "node-red-1", state: "ready", why: "" });
    first.outages.gateway(gateway("down", hung));
    for (const news of [["engine-up", "gateway-up", "gateway-up"], []]) {
      const { outages, journal, clock } = setUp({ memory });
      for (const environment of ["production", "staging"]) outages.engine(environment, { id: "node-red-1", state: "ready", why: "" });
      outages.gateway(gateway("up", ""));
      await clock.idle();
      expect((await journal.pendingEvents(100)).map(({ kind }) => kind)).toEqual(news);
    }
  });

  it.each([
    ["read", createMemory("{")],
    ["read as a list", createMemory("7")],
    [
      "written",
      {
        read: () => null,
        write: () => {
          throw new Error("disk full");
        },
      },
    ],
  ])("by this controller at least where what is down cannot be %s", async (_, memory) => {
    const { outages, told } = setUp({ memory });
    for (const state of ["down", "ready"] as const) outages.engine("production", { id: "node-red-1", state, why: "" });
    expect(await told()).toHaveLength(2);
  });

  it("once it can be recorded, in its order, and by one line of the log meanwhile", async () => {
    const { outages, journal, log, told, clock } = setUp();
    journal.before = () => {
      throw new Error("disk full");
    };
    outages.gateway(gateway("down", hung));
    await clock.pass(20_000);
    outages.gateway(gateway("up", ""));
    await clock.pass(20_000);
    expect(log.lines.length).toBe(1);
    journal.before = () => undefined;
    expect(await told()).toEqual([]);
    await clock.pass(5_000);
    expect(await told()).toEqual([
      `production gateway-down: the gateway is down: ${hung}`,
      `staging gateway-down: the gateway is down: ${hung}`,
      "production gateway-up: the gateway is up again",
      "staging gateway-up: the gateway is up again",
    ]);
  });

  it("of very many the newest, and of the others a line of the log each", async () => {
    const { outages, journal, log, clock } = setUp();
    journal.before = () => {
      throw new Error("disk full");
    };
    for (let times = 0; times < 600; times += 1) {
      outages.gateway(gateway("down", `outage ${times}`));
      outages.gateway(gateway("up", `outage ${times}`));
      await clock.pass(1);
    }
    await clock.pass(5_000);
    const byLog = log.lines.filter((line) => JSON.stringify(line).includes("an outage gets no event, only this log line"));
    expect(byLog).toHaveLength(1_400);
    journal.before = () => undefined;
    await clock.pass(10_000);
    const kept = await journal.pendingEvents(5_000);
    expect([kept.length, kept.at(-1)?.why]).toEqual([1_000, "the gateway is up again, after: outage 599"]);
  });

  it("no more once it is stopped", async () => {
    const { outages, journal, told, clock } = setUp();
    journal.before = () => {
      throw new Error("disk full");
    };
    outages.gateway(gateway("down", hung));
    await clock.idle();
    outages.stop();
    journal.before = () => undefined;
    await clock.pass(20_000);
    expect(await told()).toEqual([]);
  });
});
