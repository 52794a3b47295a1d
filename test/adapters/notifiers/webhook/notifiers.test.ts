import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCloudEventsNotifier } from "../../../../src/adapters/notifiers/webhook/cloudevents.ts";
import type { ReceiverOptions } from "../../../../src/adapters/notifiers/webhook/receiver.ts";
import { createSlackNotifier } from "../../../../src/adapters/notifiers/webhook/slack.ts";
import type { Notifier } from "../../../../src/ports/notifier.ts";
import { PinionError } from "../../../../src/domain/errors.ts";
import { notifierContract, type NotifierUnderTest } from "../../../contracts/notifier.ts";
import { event } from "../../../support/events.ts";
import { failureOf } from "../../../support/failure.ts";
import { openReceiver, type TestReceiver } from "../../../support/receiver.ts";

const now = Date.UTC(2026, 0, 2);
const known = new Map([["HOOK_TOKEN", "t0ken"]]);
const secrets: ReceiverOptions["secrets"] = {
  async resolve(reference) {
    const value = reference.kind === "env" ? known.get(reference.name) : undefined;
    if (value === undefined) throw new PinionError("secret/missing", "it is not set");
    return value;
  },
};
const everything = { events: null, environments: null, name: "ops", token: null, secrets, clock: { now: () => now }, timeoutMs: 5_000 };

async function under(make: (url: string) => Notifier): Promise<NotifierUnderTest> {
  const receiver = await openReceiver();
  return {
    notifier: make(receiver.url),
    taken: () => receiver.accepted,
    become(mood) {
      if (mood === "takes") receiver.answer = { status: 200 };
      else if (mood === "refuses") receiver.answer = { status: 403 };
      else if (mood === "hangs") receiver.answer = null;
      else receiver.answer = { status: 503, headers: mood.laterMs === null ? {} : { "retry-after": String(mood.laterMs / 1_000) } };
    },
    close: () => receiver.close(),
  };
}

/** Everything but `started`, and nothing of `staging`. */
const subscription = {
  events: ["held", "succeeded", "failed", "rolled-back", "drift", "git-lags", "frozen", "unfrozen"],
  environments: ["production"],
} as const;

notifierContract("a receiver of CloudEvents", () =>
  under((url) => createCloudEventsNotifier({ ...everything, ...subscription, url, source: "https://git.example/config" })),
);
notifierContract("a Slack-compatible webhook", () => under((url) => createSlackNotifier({ ...everything, ...subscription, url })));

describe("a receiver over HTTP", () => {
  let receiver: TestReceiver;
  beforeEach(async () => void (receiver = await openReceiver()));
  afterEach(() => receiver.close());

  const notifier = (parts: Partial<ReceiverOptions> = {}) =>
    createCloudEventsNotifier({ ...everything, url: receiver.url, source: "https://git.example/config", ...parts });
  const expectFailure = (told: Promise<void>, failure: Readonly<Record<string, unknown>>) => expect(told).rejects.toMatchObject(failure);

  it("is sent one document with its media type, and the token", async () => {
    await notifier({ token: { kind: "env", name: "HOOK_TOKEN" } }).notify(event());
    const [request] = receiver.requests;
    expect(request).toMatchObject({ method: "POST", path: "/hook" });
    expect(request?.headers).toMatchObject({
      "content-type": "application/cloudevents+json; charset=utf-8",
      authorization: "Bearer t0ken",
    });
    expect(JSON.parse(request?.body ?? "")).toMatchObject({
      specversion: "1.0",
      id: event().id,
      type: "dev.cdevents.service.upgraded.0.2.0",
    });
  });

  it("is sent no authorization without a token, and nothing when the token is missing", async () => {
    await notifier().notify(event());
    expect(receiver.requests[0]?.headers.authorization).toBeUndefined();
    await expectFailure(notifier({ token: { kind: "env", name: "NOBODY" } }).notify(event()), { code: "secret/missing" });
    expect(receiver.requests).toHaveLength(1);
  });

  it("may have an address that is a secret", async () => {
    known.set("HOOK_URL", receiver.url);
    await notifier({ url: { kind: "env", name: "HOOK_URL" } }).notify(event());
    expect(receiver.requests).toHaveLength(1);
  });

  it.each([
    [200, null],
    [202, null],
    [204, null],
    [301, "notify/refused"],
    [400, "notify/refused"],
    [401, "notify/refused"],
    [404, "notify/refused"],
    [410, "notify/refused"],
    [408, "notify/unreachable"],
    [429, "notify/unreachable"],
    [500, "notify/unreachable"],
    [503, "notify/unreachable"],
  ])("answers %s: %s", async (status, code) => {
    receiver.answer = { status, headers: { location: "/elsewhere" }, body: status === 204 ? "" : "no_service" };
    const told = notifier().notify(event());
    if (code === null) await expect(told).resolves.toBeUndefined();
    else await expectFailure(told, { code, message: `ops: ${new URL(receiver.url).origin} answered ${status}: no_service` });
    expect(receiver.requests).toHaveLength(1);
  });

  it.each([
    ["30", 30_000],
    ["0", 0],
    [new Date(now + 60_000).toUTCString(), 60_000],
    [new Date(now - 60_000).toUTCString(), 0],
    ["99999999", 3_600_000],
    ["soon", null],
    ["-1", null],
  ])("is left alone as long as it asks for: %s", async (text, retryAfterMs) => {
    receiver.answer = { status: 429, headers: { "retry-after": text } };
    await expectFailure(notifier().notify(event()), { code: "notify/unreachable", retryAfterMs });
  });

  it("is quoted without its address, its token, and what a terminal obeys", async () => {
    const body = `no hook at /services/T0/s3cret for t0ken\u0007 ${"x ".repeat(2_000)}`;
    receiver.answer = { status: 404, body };
    const url = new URL("/services/T0/s3cret", receiver.url).href;
    const failure = await failureOf(notifier({ url, token: { kind: "env", name: "HOOK_TOKEN" } }).notify(event()));
    expect(failure.message).toMatch(/answered 404: no hook at \*\*\* for \*\*\*\\u0007 x x/u);
    expect(failure.message.length).toBeLessThan(300);
  });

  it("is not waited for longer than the timeout", async () => {
    receiver.answer = null;
    await expectFailure(notifier({ timeoutMs: 20 }).notify(event()), {
      code: "notify/unreachable",
      message: expect.stringContaining("no answer within 20 ms") as string,
    });
  });

  it("is unreachable if no process listens, and its address is not logged", async () => {
    const { url } = receiver;
    await receiver.close();
    const told = createSlackNotifier({ ...everything, url: url.replace("/hook", "/services/s3cret") }).notify(event());
    await expectFailure(told, { code: "notify/unreachable", message: `ops: ${new URL(url).origin}: connection refused` });
  });

  it("must have an http(s) address", async () => {
    await expectFailure(notifier({ url: "file:///etc/passwd" }).notify(event()), { code: "notify/refused" });
  });
});
