/** Events on disk, a receiver over HTTP, and a controller that dies in between. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createCloudEventsNotifier } from "../../src/adapters/notifiers/webhook/cloudevents.ts";
import { openStore } from "../../src/adapters/store/sqlite/store.ts";
import type { Store } from "../../src/ports/store.ts";
import { systemClock } from "../../src/adapters/system/system.ts";
import { createDispatcher } from "../../src/controller/notifications/dispatcher.ts";
import { event } from "../support/events.ts";
import { decision } from "../support/journal-values.ts";
import { createKeptLog } from "../support/log.ts";
import { openReceiver, type TestReceiver } from "../support/receiver.ts";

/** Catches only what hangs. */
const patience = { timeout: 20_000 };
const log = createKeptLog();
let directory: string;
let receiver: TestReceiver;
let store: Store;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "pinion-told-"));
  receiver = await openReceiver();
  store = openStore({ directory, log });
});
afterEach(async () => {
  store.close();
  await receiver.close();
  rmSync(directory, { recursive: true, force: true });
});

function startTelling() {
  const secrets = { resolve: () => Promise.reject(new Error("there are no secrets here")) };
  const about = { name: "hook", token: null, events: null, environments: null, timeoutMs: 5_000, source: "https://git.example/config" };
  const notifier = createCloudEventsNotifier({ ...about, url: receiver.url, secrets, clock: systemClock });
  const dispatcher = createDispatcher({ journal: store.journal, notifiers: [notifier], clock: systemClock, log });
  dispatcher.start();
  return dispatcher;
}

it("is told after the restart what could not be told before, in order and each once", async () => {
  const ids = ["a", "b", "c"];
  receiver.answer = { status: 503 };
  const first = startTelling();
  await store.journal.record(decision("production", { events: ids.map((id) => event({ id, at: Date.now() })) }));
  first.notify();
  await vi.waitFor(() => expect(receiver.requests.length).toBeGreaterThan(0), patience);
  await first.stop();
  store.close();

  receiver.answer = { status: 202 };
  const refused = receiver.requests.length;
  store = openStore({ directory, log });
  const second = startTelling();
  try {
    await vi.waitFor(async () => expect(await store.journal.pendingEvents(10)).toEqual([]), patience);
  } finally {
    await second.stop();
  }
  const told = receiver.requests.slice(refused).map(({ body }) => (JSON.parse(body) as { id: string }).id);
  expect(told).toEqual(ids);
});
