import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDispatcher, type Dispatcher } from "../../../src/controller/notifications/dispatcher.ts";
import type { PinionEvent } from "../../../src/domain/journal/events.ts";
import type { Journal } from "../../../src/ports/journal.ts";
import { createFakeNotifier, type FakeNotifier } from "../../fakes/notifier.ts";
import { event } from "../../support/events.ts";
import { createKeptLog, type KeptLog } from "../../support/log.ts";
import { createVirtualClock, type VirtualClock } from "../../support/virtual-clock.ts";

const minute = 60_000;
const hour = 60 * minute;

/** The part of a journal that is asked here; `isDown` makes it fail. */
interface Outbox extends Pick<Journal, "pendingEvents" | "dispatched"> {
  readonly events: Map<string, PinionEvent>;
  isDown: boolean;
  marks: number;
}

function createOutbox(): Outbox {
  const outbox: Outbox = {
    events: new Map(),
    isDown: false,
    marks: 0,
    async pendingEvents(limit) {
      if (outbox.isDown) throw new Error("disk full");
      return [...outbox.events.values()].slice(0, limit);
    },
    async dispatched(ids) {
      if (outbox.isDown) throw new Error("disk full");
      outbox.marks += 1;
      for (const id of ids) outbox.events.delete(id);
    },
  };
  return outbox;
}

let outbox: Outbox;
let clock: VirtualClock;
let log: KeptLog;
let slack: FakeNotifier;
let hook: FakeNotifier;
let dispatcher: Dispatcher;

const happen = (...ids: readonly string[]): void => {
  for (const id of ids) outbox.events.set(id, event({ id, at: clock.now() }));
  dispatcher.notify();
};
const idsOf = (notifier: FakeNotifier) => notifier.taken.map(({ id }) => id);
const linesWith = (words: string) => log.lines.filter(({ text }) => text.includes(words));

function restart(notifiers: readonly FakeNotifier[] = [slack, hook]): void {
  dispatcher = createDispatcher({ journal: outbox, notifiers, clock, log });
  dispatcher.start();
}

beforeEach(() => {
  outbox = createOutbox();
  clock = createVirtualClock();
  log = createKeptLog();
  slack = createFakeNotifier("slack");
  hook = createFakeNotifier("hook");
  restart();
});
afterEach(() => dispatcher.stop());

describe("telling", () => {
  it("tells more than ten receivers without a warning of Node.js", async () => {
    await dispatcher.stop();
    const warnings: string[] = [];
    const listen = (warning: Error) => void warnings.push(warning.message);
    process.on("warning", listen);
    const many = Array.from({ length: 15 }, (_, index) => createFakeNotifier(`hook-${index}`));
    restart(many);
    happen("a");
    await clock.pass(1_000);
    await dispatcher.stop();
    process.off("warning", listen);
    expect(many.map(idsOf)).toEqual(many.map(() => ["a"]));
    expect(warnings).toEqual([]);
  });

  it("tells everybody, in order, and marks it in the journal", async () => {
    happen("a", "b", "c");
    await clock.pass(1_000);
    expect(idsOf(slack)).toEqual(["a", "b", "c"]);
    expect(idsOf(hook)).toEqual(["a", "b", "c"]);
    expect(outbox.events.size).toBe(0);
    expect(dispatcher.counts()).toMatchObject([{ notifier: "slack", delivered: 3, pending: 0 }, { notifier: "hook" }]);
  });

  it("tells what was recorded before it was started", async () => {
    await dispatcher.stop();
    happen("a");
    restart();
    await clock.idle();
    expect(idsOf(slack)).toEqual(["a"]);
  });

  it("tells all of a thousand events, each once, without a transaction for each", async () => {
    const ids = Array.from({ length: 1_000 }, (_, index) => `e${index}`);
    happen(...ids);
    await clock.pass(1_000);
    expect(idsOf(slack)).toEqual(ids);
    expect(idsOf(hook)).toEqual(ids);
    expect(outbox.events.size).toBe(0);
    expect(outbox.marks).toBeLessThan(10);
  });

  it("tells nobody of what nobody wants, and forgets it", async () => {
    slack.wants = hook.wants = ({ id }) => id !== "dull";
    happen("dull", "news");
    await clock.pass(1_000);
    expect(idsOf(slack)).toEqual(["news"]);
    expect(outbox.events.size).toBe(0);
  });

  it("forgets everything when there is nobody to tell", async () => {
    await dispatcher.stop();
    restart([]);
    happen("a");
    await clock.idle();
    expect(outbox.events.size).toBe(0);
  });
});

describe("somebody who cannot be reached", () => {
  it("holds up nobody else, however much happens meanwhile", async () => {
    slack.mood = "hangs";
    const ids = Array.from({ length: 900 }, (_, index) => `e${index}`);
    for (const id of ids) {
      happen(id);
      if (Number(id.slice(1)) % 300 === 0) await clock.idle();
    }
    await clock.pass(1_000);
    expect(idsOf(hook)).toEqual(ids);
    expect(outbox.events.size).toBe(ids.length);
    expect(dispatcher.counts()).toMatchObject([{ pending: 900 }, { pending: 0 }]);
  });

  it("is tried again after longer and longer pauses, and told everything in order", async () => {
    slack.mood = { laterMs: null };
    happen("a", "b");
    await clock.pass(15_000);
    // At 0, 1, 3, 7 and 15 seconds.
    expect(slack.attempts).toBe(5);
    await clock.pass(hour);
    expect(slack.attempts).toBeLessThan(25);
    slack.mood = "takes";
    await clock.pass(5 * minute);
    expect(idsOf(slack)).toEqual(["a", "b"]);
    expect(idsOf(hook)).toEqual(["a", "b"]);
    expect(outbox.events.size).toBe(0);
    expect(linesWith("it is tried again")).toHaveLength(1);
    expect(linesWith("delivered again")).toHaveLength(1);
  });

  it("is left alone as long as it asks for", async () => {
    slack.mood = { laterMs: 90_000 };
    happen("a");
    await clock.pass(89_000);
    expect(slack.attempts).toBe(1);
    slack.mood = "takes";
    await clock.pass(1_000);
    expect(idsOf(slack)).toEqual(["a"]);
  });

  it("is not told of what is older than a day any more", async () => {
    slack.mood = { laterMs: null };
    happen("old");
    await clock.pass(25 * hour);
    expect(outbox.events.size).toBe(0);
    expect(linesWith("no receiver accepted it for one day")).toHaveLength(1);
    slack.mood = "takes";
    happen("new");
    await clock.pass(5 * minute);
    expect(idsOf(slack)).toEqual(["new"]);
    expect(dispatcher.counts()).toMatchObject([
      { delivered: 1, givenUp: 1 },
      { delivered: 2, givenUp: 0 },
    ]);
  });

  it("loses the oldest but the one under way when more than ten thousand wait", async () => {
    slack.mood = "hangs";
    const ids = Array.from({ length: 10_003 }, (_, index) => `e${index}`);
    happen(...ids);
    await clock.pass(minute);
    expect(dispatcher.counts()).toMatchObject([{ pending: 10_000, givenUp: 3 }, { delivered: 10_003 }]);
    expect([...outbox.events.keys()].slice(0, 2)).toEqual(["e0", "e4"]);
  });
});

describe("somebody who refuses", () => {
  it("misses that event only, and the log says so", async () => {
    slack.mood = "refuses";
    happen("poison");
    await clock.idle();
    slack.mood = "takes";
    happen("next");
    await clock.idle();
    expect(idsOf(slack)).toEqual(["next"]);
    expect(outbox.events.size).toBe(0);
    expect(linesWith("notification given up: slack: does not take it")).toMatchObject([{ level: "warn" }]);
  });
});

describe("a controller that dies", () => {
  it("tells again what not everybody had taken", async () => {
    slack.mood = "hangs";
    happen("a");
    await clock.idle();
    expect(idsOf(hook)).toEqual(["a"]);
    await dispatcher.stop();
    expect([...outbox.events.keys()]).toEqual(["a"]);
    slack.mood = "takes";
    restart();
    await clock.idle();
    expect(idsOf(slack)).toEqual(["a"]);
    expect(idsOf(hook)).toEqual(["a", "a"]);
    expect(outbox.events.size).toBe(0);
  });

  it("stops in the middle of a pause, and leaves nothing behind", async () => {
    slack.mood = { laterMs: hour };
    happen("a");
    await clock.idle();
    await dispatcher.stop();
    expect(slack.attempts).toBe(1);
    await clock.pass(2 * hour);
    expect(slack.attempts).toBe(1);
  });
});

describe("a journal that fails", () => {
  it("is asked again, and nothing is told twice because of it", async () => {
    outbox.isDown = true;
    happen("a");
    await clock.idle();
    outbox.isDown = false;
    await clock.pass(5_000);
    expect(idsOf(slack)).toEqual(["a"]);

    slack.mood = { laterMs: null };
    happen("b");
    await clock.idle();
    outbox.isDown = true;
    slack.mood = "takes";
    await clock.pass(2_000);
    outbox.isDown = false;
    happen("c");
    await clock.pass(5_000);
    expect(idsOf(slack)).toEqual(["a", "b", "c"]);
    expect(idsOf(hook)).toEqual(["a", "b", "c"]);
    expect(outbox.events.size).toBe(0);
  });
});
