import { createRequire } from "node:module";
import { EventEmitter } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";

interface FakeNode {
  readonly id: string;
  readonly type: string;
  readonly _expectedDoneCount: number;
}

interface Msg {
  readonly _msgid: string;
  readonly req?: object;
  readonly res?: { readonly _res: EventEmitter };
  readonly error?: unknown;
}

interface Meter {
  sent(node: FakeNode, msg: Msg): void;
  routed(event: {
    readonly msg: Msg;
    readonly source: { readonly node: FakeNode };
    readonly destination: { readonly node: FakeNode };
  }): void;
  receiving(node: FakeNode, msg: Msg): void;
  handedOver(node: FakeNode, msg: Msg): void;
  completed(node: FakeNode, msg: Msg): void;
  logged(entry: { readonly level: number; readonly id: string }): void;
  read(tab: string): Readonly<Record<string, unknown>>;
}

const load = createRequire(import.meta.url);
const { Meter } = load("../../../../src/adapters/engines/node-red/runtime/meter.cjs") as {
  readonly Meter: new (tabs: object, parts: object) => Meter;
};

const nodeOf = (id: string, type: string): FakeNode => ({ id: `tab.${id}`, type, _expectedDoneCount: 1 });
const [way, work, far, start] = [nodeOf("in", "http in"), nodeOf("work", "function"), nodeOf("far", "debug"), nodeOf("tick", "inject")];
const catching = nodeOf("oops", "catch");

describe("the meter of a tab", () => {
  let meter: Meter;
  const checks = new WeakSet<object>();

  beforeEach(() => {
    const tabs = { of: () => "tab", known: new Map([["tab", { unit: null }]]), isLedTo: (node: FakeNode) => node !== start };
    meter = new Meter(tabs, { tellAtWork: () => undefined, isCheck: (request: object) => checks.has(request) });
  });

  /** A request comes in and reaches the first node. */
  function request(id: string, isCheck: boolean) {
    const response = Object.assign(new EventEmitter(), { writableFinished: true, statusCode: 500 });
    const msg = { _msgid: id, req: {}, res: { _res: response } };
    if (isCheck) checks.add(msg.req);
    meter.sent(way, msg);
    hand(way, work, msg);
    return { msg, answer: () => response.emit("close") };
  }
  function hand(source: FakeNode, destination: FakeNode, msg: Msg): void {
    meter.routed({ msg, source: { node: source }, destination: { node: destination } });
    meter.receiving(destination, msg);
    meter.handedOver(destination, msg);
  }
  function fail(msg: Msg, node: FakeNode): void {
    meter.receiving(catching, { ...msg, error: { source: { id: node.id } } });
  }
  async function whole(id: string, isCheck: boolean): Promise<Msg> {
    const { msg, answer } = request(id, isCheck);
    answer();
    meter.completed(work, msg);
    await turn();
    return msg;
  }
  const nothing = { requests: 0, answers: {}, aborted: 0, finished: 0, errors: 0, latencySumMs: 0 };

  it("counts a request that failed", async () => {
    await whole("a", false);
    expect(meter.read("tab")).toMatchObject({ requests: 1, answers: { 500: 1 }, finished: 1, errors: 1, inFlight: 0 });
  });

  it("counts nothing of a check, but has it in flight", async () => {
    const { msg, answer } = request("a", true);
    expect(meter.read("tab")).toEqual({ ...nothing, inFlight: 1 });
    fail(msg, work);
    meter.logged({ level: 20, id: work.id });
    answer();
    expect(meter.read("tab")).toEqual({ ...nothing, inFlight: 1 });
    meter.completed(work, msg);
    await turn();
    expect(meter.read("tab")).toEqual({ ...nothing, inFlight: 0 });
  });

  it("counts nothing of a check whose caller went away", () => {
    const { msg, answer } = request("a", true);
    Object.assign(msg.res._res, { writableFinished: false });
    answer();
    expect(meter.read("tab")).toMatchObject(nothing);
  });

  it("counts nothing of what a check does afterwards, with its own message or a new one", async () => {
    const msg = await whole("a", true);
    fail(msg, work);
    meter.logged({ level: 20, id: work.id });
    for (const later of [msg, { _msgid: "b" }]) {
      hand(work, far, later);
      expect(meter.read("tab")).toEqual({ ...nothing, inFlight: 1 });
      fail(later, far);
      meter.completed(far, later);
      await turn();
    }
    expect(meter.read("tab")).toEqual({ ...nothing, inFlight: 0 });
  });

  it("counts what begins by itself, and what fails after a caller's request, though a check came before", async () => {
    await whole("a", true);
    hand(start, work, { _msgid: "b" });
    meter.completed(work, { _msgid: "b" });
    await turn();
    expect(meter.read("tab")).toMatchObject({ finished: 1, errors: 0 });
    await whole("c", false);
    meter.logged({ level: 20, id: work.id });
    expect(meter.read("tab")).toMatchObject({ requests: 1, finished: 3, errors: 2 });
  });
});
