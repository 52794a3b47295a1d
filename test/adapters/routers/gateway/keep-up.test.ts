import { describe, expect, it, onTestFinished } from "vitest";
import type { Identity } from "../../../../src/adapters/routers/gateway/identity.ts";
import { type GatewayChange, keepUp } from "../../../../src/adapters/routers/gateway/keep-up.ts";
import { ownedProcess } from "../../../../src/adapters/routers/gateway/owned-process.ts";
import { logInto, until } from "./setting.ts";

const identity: Identity = {
  ...ownedProcess(process.pid),
  url: "http://127.0.0.1:1",
  host: "127.0.0.1",
  controlUrl: "http://127.0.0.1:2",
  token: "t",
  startedAt: "2020-01-01T00:00:00Z",
  settings: "",
  workers: [],
};

describe("a gateway that is kept up", () => {
  function watched(ask: () => Promise<readonly string[]>) {
    const changes: GatewayChange[] = [];
    const logged: string[] = [];
    const ended: Identity[] = [];
    let starts = 0;
    const watch = keepUp({
      first: identity,
      start: () => {
        starts += 1;
        return Promise.resolve({ ...identity });
      },
      ask,
      end: (hanging) => {
        ended.push(hanging);
        return Promise.resolve();
      },
      tell: (change) => changes.push(change),
      log: logInto(logged),
      beatMs: 8,
    });
    onTestFinished(() => watch.end());
    return { changes, logged, ended, watch, starts: () => starts };
  }

  it.each([
    ["says nothing", () => new Promise<readonly string[]>(() => undefined)],
    ["answers with errors", () => Promise.reject(new Error("no"))],
  ])("and %s is ended, started again, and told", async (_what, ask) => {
    const { changes, logged, ended, starts } = watched(ask);
    await until(() => changes.some(({ kind }) => kind === "up"));
    expect(ended[0]).toBe(identity);
    expect(starts()).toBeGreaterThan(0);
    expect(changes[0]).toEqual({ kind: "down", why: expect.stringContaining("did not answer") as string });
    expect(logged[0]).toContain("gateway hangs");
  });

  it("and answers now and then is left alone", async () => {
    let asked = 0;
    const { ended } = watched(() => (++asked % 5 === 0 ? Promise.resolve([]) : Promise.reject(new Error("busy"))));
    await until(() => asked > 20);
    expect(ended).toEqual([]);
  });
});
