/** What cannot be shared out by weight: a schedule fires in one version on one instance, also while a canary takes over. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { install, until } from "../support/installation.ts";
import type { Behaviour, Ground } from "../support/proving-ground.ts";
import { startRecordedLoad } from "../support/recorded-load.ts";

const environment = "shop";
const everySeconds = 4;

interface Firing {
  readonly version: string;
  /** By the flow's own clock. */
  readonly at: number;
}

/** Somebody who is told of every firing. */
async function openWitness(): Promise<{ readonly url: string; readonly firings: readonly Firing[] }> {
  const firings: Firing[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      firings.push(JSON.parse(text) as Firing);
      response.end();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise((resolve) => void server.close(() => resolve()));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/tick`, firings };
}

function groundOf(url: string): Ground {
  const ticking: Behaviour = { kind: "ticking", everySeconds, url };
  return {
    processes: { clock: { "1.0.0": ticking, "1.1.0": ticking } },
    environments: {
      [environment]: {
        text: `type: production
strategy: { type: canary, config: { trafficPercentage: 40, incrementPercentage: 30, incrementInterval: 5s, minRequests: 5 } }
analysis: { interval: 500ms }
drainTimeout: 5s
`,
        pins: { clock: "1.0.0" },
      },
    },
  };
}

describe("a schedule across a canary, on two instances", () => {
  it("fires in the old version until the end, then in the new one: never twice, and none is lost beyond one period", async () => {
    const { url, firings } = await openWitness();
    const installation = await install({ environments: [environment], instances: 2, ground: groundOf(url) });
    await installation.untilStatus(environment, "clock", { sync: "Synced", health: "Healthy", desired: "1.0.0" });
    const load = startRecordedLoad(`${await installation.address(environment)}/clock`, { callers: 4 });
    onTestFinished(() => load.stop());
    await until(() => firings.length >= 1, "the schedule fires");

    await installation.deploy(environment, "clock", "1.1.0");
    await until(() => load.of("1.1.0").length > 0, "the canary has traffic");
    const begun = firings.length;
    await installation.untilDeployment("clock", "1.1.0", ({ phase }) => phase === "Succeeded");
    const ended = firings.length;
    await until(() => firings.length >= ended + 2, "it goes on firing");

    const seen = firings.toSorted((a, b) => a.at - b.at);
    expect(firings.slice(begun).map(({ version }) => version)).toContain("1.0.0");
    expect(seen.map(({ version }) => version).join(" ")).toMatch(/^(1\.0\.0 )+(1\.1\.0 ?)+$/);
    // Each version keeps its own time, so a firing of the new one may follow soon; a period may be lost then, and never elsewhere.
    const gaps = seen
      .slice(1)
      .map(({ at, version }, index) => ({ ms: at - (seen[index]?.at ?? 0), moved: version !== seen[index]?.version }));
    // Half a period and half a period more: what a busy machine may add to a timer, and still no firing is doubled or missed.
    const [least, most] = [everySeconds * 500, everySeconds * 1_500];
    expect(gaps.filter(({ ms, moved }) => (moved ? ms > everySeconds * 1_000 + most : ms < least || ms > most))).toEqual([]);
    expect(load.failures()).toEqual([]);
  });
});
