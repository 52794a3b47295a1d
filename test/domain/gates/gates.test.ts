import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { askEveryGate, firstBlocked } from "../../../src/domain/gates/gates.ts";
import { reasonCatalogue } from "../../../src/domain/journal/reason.ts";
import { broken, pin, proposed, spec } from "./proposed.ts";

const freeze = { by: { name: "Ada", email: null }, why: "", at: 1 };
const digest = `sha256-${"a".repeat(64)}` as const;
const refusal = { unit: { process: "orders", version: "2.0.0", digest }, why: "it failed", at: 1 };

/** Everything that can hold a version back does. */
const hopeless = proposed({
  pinned: pin("orders", "2.0.0", { status: "archived", needs: { billing: "^2.0.0" } }),
  quarantined: { version: "2.0.0", why: "too many errors" },
  refused: { refusal, isRetryDue: false },
  freeze,
  running: 1,
  spec: spec({ maxConcurrentDeployments: 1 }),
});

function blockedIn(verdicts: ReturnType<typeof askEveryGate>): readonly string[] {
  return verdicts.flatMap(({ name, answer }) => (answer.kind === "blocked" ? [name] : []));
}

describe("the gates", () => {
  it("have one command", () => {
    expect(askEveryGate(proposed()).map(({ name }) => name)).toEqual([
      "environment",
      "engine",
      "version-status",
      "pin",
      "quarantine",
      "refused-before",
      "freeze",
      "removal",
      "dependencies",
      "concurrency",
    ]);
  });

  it("let go what nothing holds back", () => {
    expect(blockedIn(askEveryGate(proposed()))).toEqual([]);
    expect(firstBlocked(proposed())).toBeNull();
  });

  it("all answer, also behind one that is blocked", () => {
    expect(blockedIn(askEveryGate(hopeless))).toEqual([
      "version-status",
      "quarantine",
      "refused-before",
      "freeze",
      "dependencies",
      "concurrency",
    ]);
    expect(firstBlocked(hopeless)).toMatchObject({ gate: "version-status", isFault: true });
  });

  it("of what is taken out only ask whether that may be", () => {
    const removal = { ...hopeless, pinned: null, whyKept: "production has errors" };
    expect(blockedIn(askEveryGate({ ...removal, refused: null }))).toEqual(["freeze", "removal"]);
  });

  it.each([
    ["what cannot run", { pinned: broken("x/y") }, true],
    ["what failed before", { refused: { refusal, isRetryDue: false } }, true],
    ["a freeze", { freeze }, false],
    ["a dependency", { pinned: pin("orders", "2.0.0", { needs: { billing: "*" } }) }, false],
    ["its turn", { running: 1, spec: spec({ maxConcurrentDeployments: 1 }) }, false],
  ])("tell a fault from waiting: %s", (_what, parts, isFault) => {
    expect(firstBlocked(proposed(parts))?.isFault).toBe(isFault);
  });

  it("say of each block what it is, and what lifts it", () => {
    for (const { answer } of askEveryGate(hopeless)) {
      if (answer.kind === "open") continue;
      expect(Object.keys(reasonCatalogue)).toContain(answer.code);
      expect(answer.liftedBy).toMatch(/^[A-Z`].*\.$/u);
    }
  });
});

describe("a gate in a file of its own", () => {
  const folder = join(import.meta.dirname, "../../../src/domain/gates");
  const isGate = (text: string): boolean => text.includes("): GateAnswer {");

  it("has its place in the list", () => {
    const list = readFileSync(join(folder, "gates.ts"), "utf8");
    const files = readdirSync(folder).filter((file) => file !== "gate.ts" && isGate(readFileSync(join(folder, file), "utf8")));
    expect(files.length).toBeGreaterThan(8);
    expect(files.filter((file) => !list.includes(`from "./${file}"`))).toEqual([]);
  });
});
