import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { Identity } from "../../../../src/gateway/identity.ts";
import { type GatewayChange, superviseGateway } from "../../../../src/adapters/routers/gateway/supervise.ts";
import { ownedProcess } from "../../../../src/platform/owned-process.ts";
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
  standby: null,
};

describe("a gateway that is kept up", () => {
  function watched(ask: () => Promise<readonly string[]>) {
    const changes: GatewayChange[] = [];
    const logged: string[] = [];
    const ended: Identity[] = [];
    let starts = 0;
    const watch = superviseGateway({
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

describe("by its own clock", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const mute = () => new Promise<readonly string[]>(() => undefined);
  const well = () => Promise.resolve<readonly string[]>([]);
  const passes = async (ms: number) => void (await vi.advanceTimersByTimeAsync(ms));

  function played(parts: Partial<Parameters<typeof superviseGateway>[0]> = {}) {
    const [changes, ended, starts]: [GatewayChange[], Identity[], number[]] = [[], [], []];
    const watch = superviseGateway({
      first: identity,
      start: async () => {
        starts.push(Date.now());
        return { ...identity };
      },
      ask: mute,
      end: async (hanging) => void ended.push(hanging),
      tell: (change) => void changes.push(change),
      log: logInto([]),
      ...parts,
    });
    onTestFinished(() => watch.end());
    return { changes, ended, starts, watch };
  }

  it("a mute gateway is ended within ten seconds, not within four, and is started again within one more", async () => {
    const { changes, ended, starts } = played();
    await passes(4_000);
    expect(ended).toEqual([]);
    await passes(6_000);
    expect(ended).toEqual([identity]);
    await passes(1_000);
    expect(starts).toHaveLength(1);
    expect(changes.map(({ kind }) => kind)).toEqual(["down", "up"]);
  });

  it("a new one is given as much time as the first, whatever the one before has or has not said", async () => {
    const { ended } = played();
    await passes(7_500);
    expect(ended).toHaveLength(1);
    await passes(4_000);
    expect(ended).toHaveLength(1);
    await passes(4_000);
    expect(ended).toHaveLength(2);
  });

  it("an answer of the one before says nothing about the one that hangs now", async () => {
    const late: (() => void)[] = [];
    const { ended } = played({ ask: () => new Promise((resolve) => late.push(() => resolve([]))) });
    await passes(7_500);
    expect(ended).toHaveLength(1);
    await passes(5_000);
    late[0]?.();
    await passes(2_500);
    expect(ended).toHaveLength(2);
  });

  it("one that is slow and answers is left alone", async () => {
    const { ended } = played({ ask: () => new Promise((resolve) => setTimeout(() => resolve([]), 3_000)) });
    await passes(120_000);
    expect(ended).toEqual([]);
  });

  it("one that does not come up is tried again, ever more patiently, and at most 5 s apart", async () => {
    const tries: number[] = [];
    const { starts } = played({
      start: () => {
        tries.push(Date.now());
        return Promise.reject(new Error("the port is taken"));
      },
    });
    await passes(60_000);
    const waits = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
    expect(starts).toEqual([]);
    expect(waits.slice(0, 3)).toEqual([200, 400, 800]);
    expect(Math.max(...waits)).toBe(5_000);
    expect(waits.length).toBeGreaterThan(8);
  });

  it("one that dies again and again is started ever more patiently", async () => {
    const gone = { ...identity, pid: 2 ** 22 + 1, startTime: "1" };
    const tries: number[] = [];
    played({
      first: gone,
      ask: well,
      start: async () => {
        tries.push(Date.now());
        return gone;
      },
    });
    await passes(60_000);
    expect(tries.length).toBeGreaterThan(8);
    expect(tries.length).toBeLessThan(25);
  });

  it("nobody is started, asked or ended any more once it is over", async () => {
    let asked = 0;
    const { watch, starts, ended } = played({
      ask: () => {
        asked += 1;
        return mute();
      },
    });
    await passes(2_000);
    await watch.end();
    const before = asked;
    await passes(60_000);
    expect([asked, starts, ended]).toEqual([before, [], []]);
  });
});
