import { describe, expect, it } from "vitest";
import { cloudEventOf } from "../../../../src/adapters/notifiers/webhook/cloudevents.ts";
import { slackMessageOf } from "../../../../src/adapters/notifiers/webhook/slack-message.ts";
import type { PinionEvent } from "../../../../src/domain/journal/events.ts";
import { event } from "../../../support/events.ts";

const source = "https://git.example/config";
const whole = { process: null, deployment: null, version: null, from: null, commit: null } as const;

const types: readonly (readonly [string, Partial<PinionEvent>, string, string])[] = [
  ["a first deployment", { from: null }, "dev.cdevents.service.deployed.0.2.0", "*order-intake* 1.5.0 is deployed in *production*"],
  ["a new version", {}, "dev.cdevents.service.upgraded.0.2.0", "*order-intake* 1.4.2 → 1.5.0 is deployed in *production*"],
  ["a removal", { version: null }, "dev.cdevents.service.removed.0.2.0", "*order-intake* 1.4.2 is taken out in *production*"],
  [
    "a rollback",
    { kind: "rolled-back", trigger: "error_rate" },
    "dev.cdevents.service.rolledback.0.2.0",
    "*order-intake* 1.5.0 was rolled back to 1.4.2 in *production*",
  ],
  [
    "a rollback to nothing",
    { kind: "rolled-back", from: null },
    "dev.cdevents.service.removed.0.2.0",
    "*order-intake* 1.5.0 was rolled back in *production*",
  ],
  [
    "a beginning",
    { kind: "started" },
    "dev.pinion.deployment.started.0.1.0",
    "*order-intake* 1.4.2 → 1.5.0 is being deployed in *production*",
  ],
  [
    "a removal that begins",
    { kind: "taken-out", version: null },
    "dev.pinion.process.takenout.0.1.0",
    "*order-intake* 1.4.2 is being taken out in *production*",
  ],
  ["a failure", { kind: "failed" }, "dev.pinion.deployment.failed.0.1.0", "*order-intake* 1.5.0 failed in *production*"],
  ["a hold", { kind: "held" }, "dev.pinion.deployment.held.0.1.0", "*order-intake* 1.5.0 is held in *production*"],
  ["drift", { kind: "drift" }, "dev.pinion.process.drifted.0.1.0", "*order-intake* 1.5.0 was changed by hand in *production*"],
  [
    "git that lags",
    { kind: "git-lags" },
    "dev.pinion.repository.lagging.0.1.0",
    "*order-intake* 1.5.0 is still pinned by git in *production*",
  ],
  ["a freeze", { kind: "frozen", ...whole }, "dev.pinion.environment.frozen.0.1.0", "*production* is frozen"],
  ["its end", { kind: "unfrozen", ...whole }, "dev.pinion.environment.unfrozen.0.1.0", "*production* continues"],
];

describe("CloudEvents", () => {
  it.each(types)("tells of %s", (_name, parts, type) => {
    expect(cloudEventOf(event(parts), source)).toMatchObject({ specversion: "1.0", type, source, data: { context: { type } } });
  });

  it("is one whole CDEvent about a service", () => {
    expect(cloudEventOf(event({ kind: "rolled-back", trigger: "error_rate" }), source)).toEqual({
      specversion: "1.0",
      id: event().id,
      source,
      type: "dev.cdevents.service.rolledback.0.2.0",
      subject: "production/order-intake",
      time: "2026-01-02T03:04:05.000Z",
      datacontenttype: "application/json",
      data: {
        context: {
          version: "0.4.1",
          id: event().id,
          source,
          type: "dev.cdevents.service.rolledback.0.2.0",
          timestamp: "2026-01-02T03:04:05.000Z",
          chainId: event().deployment,
        },
        subject: {
          id: "production/order-intake",
          source,
          type: "service",
          content: { environment: { id: "production", source }, artifactId: "pkg:generic/order-intake@1.4.2" },
        },
        customData: {
          kind: "rolled-back",
          environment: "production",
          process: "order-intake",
          deployment: event().deployment,
          version: "1.5.0",
          from: "1.4.2",
          commit: event().commit,
          trigger: "error_rate",
          code: "AsPinned",
          why: "passed everything",
          changes: [],
        },
        customDataContentType: "application/json",
      },
    });
  });

  it("names the environment as the subject when it is about it as a whole", () => {
    const told = cloudEventOf(event({ kind: "frozen", ...whole }), source);
    expect(told).toMatchObject({ subject: "production", data: { subject: { type: "environment", content: { name: "production" } } } });
  });

  it("names a few changes, and all of them for machines", () => {
    const changes = ["one", "two", "three", "four"];
    expect(slackMessageOf(event({ why: "by hand", changes })).text).toMatch(/by hand; one; two; three$/);
    expect(cloudEventOf(event({ changes }), "source")).toMatchObject({ data: { customData: { changes } } });
  });

  it("escapes what means something in a package URL", () => {
    const { data } = cloudEventOf(event({ version: "1.5.0+build" }), source) as { data: { subject: { content: { artifactId: string } } } };
    expect(data.subject.content.artifactId).toBe("pkg:generic/order-intake@1.5.0%2Bbuild");
  });
});

describe("messages in a chat", () => {
  it.each(types)("tell of %s", (_name, parts, _type, headline) => {
    const { text, blocks } = slackMessageOf(event(parts));
    expect(text).toContain(` ${headline}: passed everything`);
    expect(JSON.stringify(blocks)).toContain(JSON.stringify(headline).slice(1, -1));
  });

  it("say why as it was told", () => {
    const { text } = slackMessageOf(event({ kind: "frozen", ...whole, why: "by Ann: frozen by mistake" }));
    expect(text).toBe(":snowflake: *production* is frozen: by Ann: frozen by mistake");
  });

  it("say when, of which commit, and what fired", () => {
    const { blocks } = slackMessageOf(event({ kind: "rolled-back", trigger: "error_rate" }));
    const [, context] = blocks as readonly { elements?: readonly { text: string }[] }[];
    expect(context?.elements?.[0]?.text).toBe(
      `<!date^1767323045^{date_short_pretty} {time_secs}|2026-01-02T03:04:05.000Z> · trigger error_rate · commit 01234567 · ${event().deployment}`,
    );
  });

  it("can neither mention anybody nor hide a link nor command anything", () => {
    const { text, blocks } = slackMessageOf(event({ kind: "failed", why: "<!channel> & <https://evil.example|click>\nhere\u202e" }));
    const escaped = "&lt;!channel&gt; &amp; &lt;https://evil.example|click&gt; here\\u202e";
    expect(text).toContain(escaped);
    expect(JSON.stringify(blocks)).not.toContain("<!channel>");
  });

  it("are cut before Slack refuses them, and only there", () => {
    const { blocks } = slackMessageOf(event({ why: "&".repeat(5_000) }));
    expect((blocks[0] as { text: { text: string } }).text.text.length).toBeLessThan(3_000);
    expect(slackMessageOf(event({ why: "x".repeat(500) })).text).toContain("x".repeat(500));
  });
});
