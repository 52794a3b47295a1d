import { describe, expect, it } from "vitest";
import { versionStatus, whyNotAllowed } from "../../../src/domain/gates/version-status.ts";
import { broken, pin, proposed, spec } from "./proposed.ts";

describe("a version of this status may run where these are allowed", () => {
  it.each([
    ["draft", ["draft"], null],
    ["draft", ["draft", "published"], null],
    ["draft", ["published"], "version 2.0.0 is a draft, and drafts are not allowed in this environment"],
    ["published", ["published"], null],
    ["published", ["draft"], "version 2.0.0 is published, and only drafts are allowed in this environment"],
    ["deprecated", ["published"], null],
    ["deprecated", ["draft"], "version 2.0.0 is published, and only drafts are allowed in this environment"],
    ["archived", ["draft", "published"], "version 2.0.0 is archived"],
  ] as const)("%s, of %j", (status, allowedVersionTypes, why) => {
    const change = proposed({ pinned: pin("orders", "2.0.0", { status }), spec: spec({ allowedVersionTypes }) });
    const answer = versionStatus(change);
    expect(answer.kind).toBe(why === null ? "open" : "blocked");
    if (why !== null) expect(answer).toMatchObject({ code: "PinUnusable", text: why });
    expect(whyNotAllowed("2.0.0", status, allowedVersionTypes)?.message ?? null).toBe(why);
  });
});

describe("a pin in which validation has found an error", () => {
  it.each([
    [["pin/archived"], "pins.yaml:3:1: it is pin/archived (pin/archived)"],
    [["pin/draft-not-allowed", "x/y"], "pins.yaml:3:1: it is pin/draft-not-allowed (pin/draft-not-allowed), and 1 more"],
    [["x/y"], null],
    [["pin/quarantined"], null],
  ])("%j is about the status: %s", (codes, text) => {
    const answer = versionStatus(proposed({ pinned: broken(...codes) }));
    if (text === null) expect(answer.kind).toBe("open");
    else expect(answer).toMatchObject({ kind: "blocked", code: "PinUnusable", text, about: codes[0], liftedBy: `Fix ${codes[0]}.` });
  });
});
