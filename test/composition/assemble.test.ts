/** What a controller is put together with: its own questions to a version are known to the engine that runs it. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { createMemoryRepository } from "../../src/adapters/memory/repository.ts";
import { assemble } from "../../src/composition/assemble.ts";
import type { Engines } from "../../src/composition/engines.ts";
import type { ControllerConfig } from "../../src/domain/config/config.ts";
import { engineCheckHeaders } from "../../src/gateway/own-requests.ts";
import type { Store } from "../../src/ports/store.ts";
import { createFakeEngine } from "../fakes/engine.ts";
import { createFakeJournal } from "../fakes/journal.ts";
import { createFakeParseCache } from "../fakes/objects.ts";
import { createFakeRouter } from "../fakes/router.ts";
import { createKeptLog } from "../support/log.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";

const config = {
  repository: { path: "", branch: "main", pollIntervalMs: 30_000, pollJitter: 0 },
  metricSources: [],
  environments: null,
  resyncIntervalMs: 10_000,
} as unknown as ControllerConfig;

function emptyStore(): Store {
  const values = new Map<string, string>();
  return {
    journal: createFakeJournal(),
    parseCache: createFakeParseCache(),
    meta: {
      get: (key) => values.get(key) ?? null,
      set: (key, value) => void values.set(key, value),
      setAll: (all) => all.forEach((value, key) => values.set(key, value)),
    },
    environments: () => [],
    trouble: () => null,
    close: () => undefined,
  };
}

it("what it asks of a version has the mark by which its engines know that it is nobody's work", async () => {
  const marks: unknown[] = [];
  const server = createServer((request, response) => {
    marks.push(request.headers["x-pinion-engine-check"]);
    response.end("ok");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const clock = createVirtualClock();
  const repository = createMemoryRepository({ clock, check: async () => [], before: null, keep: () => undefined });
  const { parts, close } = assemble({
    config,
    log: createKeptLog(),
    store: emptyStore(),
    time: { clock, awake: { ran: () => 0, lostMs: () => 0, since: () => 0 }, stop: () => undefined },
    secrets: { resolve: () => Promise.reject(new Error("none")) },
    checkMark: "mark",
    repository: {
      url: "memory",
      objects: repository.objects,
      poll: () => repository.poll(),
      fetch: (after) => repository.fetch(after),
      mirrored: () => Promise.resolve(null),
      writer: () => repository.writer(),
    },
    router: createFakeRouter(),
    engines: { of: () => createFakeEngine({ instances: [] }), kinds: () => ["node-red"] } as unknown as Engines,
    dispatcher: { notify: () => undefined },
    outages: { secrets: () => undefined },
    wake: () => undefined,
    refresh: () => undefined,
  });
  onTestFinished(close);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await parts.ports.prober.ask({ method: "GET", url, headers: {}, body: null, timeoutMs: 50_000 });
  expect(marks).toEqual([engineCheckHeaders("mark")["x-pinion-engine-check"]]);
});
