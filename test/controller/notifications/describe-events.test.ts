/** What events say of changes when they are told. */

import { describe, expect, it } from "vitest";
import { describeEvents } from "../../../src/controller/notifications/describe-events.ts";
import type { HandEdit, RecordedChanges } from "../../../src/domain/changes/recorded.ts";
import type { PinionEvent } from "../../../src/domain/journal/events.ts";
import type { Deployment } from "../../../src/domain/journal/state.ts";
import { deployment } from "../../surfaces/http/pictures.ts";

const changes: RecordedChanges = {
  impact: "compatible",
  sentences: [{ kind: "changed", text: 'function "Price the lines" changed: config.func', node: "b2" }],
  more: 2,
  changes: null,
};
const told = ['function "Price the lines" changed: config.func', "and 2 more"];
const { environment, process, id } = deployment;
const event: PinionEvent = {
  id: "e1",
  kind: "started",
  at: 0,
  environment,
  process,
  deployment: id,
  version: "1.4.0",
  from: "1.3.0",
  commit: null,
  trigger: null,
  code: null,
  why: "1.4.0 is pinned",
};
const edit: HandEdit = { environment, process, version: "1.4.0", digest: "sha256-a", content: "one", seenAt: 0, undone: null, changes };

/** The journal knows from `knownAt` on; the clock only moves when somebody sleeps. */
async function say(event: PinionEvent, known: { readonly deployment?: Deployment; readonly edits?: readonly HandEdit[] }, knownAt = 0) {
  let now = 0;
  const clock = { now: () => now, sleep: async (ms: number) => void (now += ms) };
  const history = async () => (known.deployment ? [now < knownAt ? { ...known.deployment, changes: null } : known.deployment] : []);
  const handEdits = async () => (now < knownAt ? [] : (known.edits ?? []));
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const describe_ = describeEvents({ journal: { history, handEdits }, clock, log });
  return { said: (await describe_(event, new AbortController().signal)).changes, waitedMs: now };
}

describe("an event", () => {
  const drift: PinionEvent = { ...event, kind: "drift", code: "HealingDrift" };
  const undone = { at: 1, deployment: id };

  it.each<[string, PinionEvent, Parameters<typeof say>[1]]>([
    ["of a deployment", event, { deployment: { ...deployment, changes } }],
    ["of drift that is put back", drift, { edits: [{ ...edit, undone }] }],
    ["of drift that is left", { ...drift, deployment: null, code: "Drifted" }, { edits: [edit] }],
  ])("%s says what changes, also when that is known a moment later", async (_what, of, known) => {
    expect(await say(of, known)).toEqual({ said: told, waitedMs: 0 });
    expect((await say(of, known, 1_000)).said).toEqual(told);
  });

  it.each<[string, PinionEvent, Parameters<typeof say>[1]]>([
    ["a first deployment", { ...event, from: null }, { deployment }],
    ["an event of an environment", { ...event, kind: "frozen", process: null, deployment: null }, {}],
    ["a deployment that the history has forgotten", event, {}],
    ["an old event", { ...event, at: -60_000 }, { deployment }],
  ])("%s is told at once as it is", async (_what, of, known) => {
    expect(await say(of, known)).toEqual({ said: undefined, waitedMs: 0 });
  });

  it("is not held up for long by what never comes to be known", async () => {
    const { said, waitedMs } = await say(event, { deployment });
    expect([said, waitedMs]).toEqual([undefined, 5_000]);
  });

  it("of drift says nothing of another edit that was undone before", async () => {
    expect((await say(drift, { edits: [{ ...edit, undone: { at: 1, deployment: "another" } }] })).said).toBeUndefined();
  });
});
