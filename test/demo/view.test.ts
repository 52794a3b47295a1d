import { describe, expect, it } from "vitest";
import type { EnvironmentStatus, Overview, ProcessView } from "../../src/api/views.ts";
import type { Progress } from "../../src/domain/journal/progress.ts";
import type { Deployment } from "../../src/domain/journal/state.ts";
import type { ProcessStatus } from "../../src/domain/journal/status.ts";
import { renderView } from "../../src/demo/view.ts";
import { saying } from "../support/reason.ts";

const now = 1_000_000;
const options = { width: 120, now, colour: false, recent: 3, detail: "full", customers: null } as const;

const orders: ProcessStatus = {
  environment: "production",
  process: "order-intake",
  desired: "1.4.0",
  actual: [
    { version: "1.4.0", weight: 100 },
    { version: "1.2.0", weight: 0 },
  ],
  sync: "Synced",
  health: "Healthy",
  phase: "Succeeded",
  reason: saying("has all traffic"),
  since: 0,
};

function overviewWith(
  process: Partial<ProcessView> = {},
  repository: Partial<Overview["repository"]> = {},
  freeze: EnvironmentStatus["freeze"] = null,
): Overview {
  const instances = [
    { id: "one", state: "ready", why: "" },
    { id: "two", state: "down", why: "died" },
  ] as const;
  const production = {
    name: "production",
    observedAt: now,
    type: "production",
    url: "http://127.0.0.1:1/production",
    instances,
    findings: [],
    processes: [{ ...orders, progress: null, revert: null, quarantined: [], deadEnd: null, ...process }],
    freeze,
  };
  const development = { ...production, name: "dev", type: "development", processes: [] };
  const followed = { url: "", branch: "main", commit: "abcdef0123", subject: "Deploy", author: "team", committedAt: 0, fetchedAt: 0 };
  return {
    store: null,
    repository: {
      ...followed,
      state: "ok",
      code: null,
      reason: "",
      since: 0,
      lastPollAt: now - 1_500,
      lastGoodPollAt: now - 1_500,
      nextPollAt: 0,
      ...repository,
    },
    environments: [production, development],
    findings: [],
  };
}

const failed: Deployment = {
  id: "d1",
  environment: "production",
  process: "order-intake",
  kind: "deploy",
  version: "1.3.0",
  digest: "sha256-a",
  from: "1.2.0",
  strategy: "blue-green",
  trigger: null,
  commit: "c",
  startedAt: now,
  endedAt: now + 1_250,
  phase: "Failed",
  reason: saying("smoke_test failed"),
  steps: [],
  validations: [],
  changes: null,
  handEdits: [],
  deploymentPlan: null,
  rollbackPlan: null,
};

const progress: Progress = {
  deployment: "d2",
  strategy: "canary",
  state: "shifting",
  version: "1.4.0",
  from: "1.2.0",
  startedAt: now - 4_000,
  step: 1,
  steps: 5,
  weight: 20,
  why: "20 % of the traffic",
  until: now + 2_000,
  deadline: now + 60_000,
  verdict: { kind: "healthy" },
  figures: [{ name: "error_rate", unit: "%", candidate: 1.5, stable: null, limit: "<= 5 %", requests: 40, verdict: "healthy", why: "" }],
  paused: null,
};

const quarantined = { version: "1.4.0", digest: "sha256-b", why: "errors", at: 0, rollbackId: "r1", isInGit: true } as const;

const revert: ProcessView["revert"] = {
  request: {
    id: "r1",
    environment: "production",
    process: "order-intake",
    from: "1.4.0",
    to: "1.2.0",
    quarantine: "sha256-b",
    trigger: "error_rate",
    why: "errors",
    at: now,
    commit: "c",
    deployment: "d2",
    by: null,
    mode: "push",
  },
  outcome: null,
};

function lineWith(text: string, overview: Overview, history: readonly Deployment[] = []): string {
  return renderView(overview, history, options).find((line) => line.includes(text)) ?? "no such line";
}

describe("the live view", () => {
  it("names branch, commit, subject and the age of the poll", () => {
    expect(renderView(overviewWith(), [], options)[0]).toBe("git  main abcdef0  “Deploy”  polled 1.5 s ago".replace("  “", " “"));
  });

  it("says what is wrong with the repository instead", () => {
    expect(renderView(overviewWith({}, { state: "error", reason: "connection refused" }), [], options)[0]).toContain("connection refused");
  });

  it("lists environments in the way that a version takes", () => {
    const lines = renderView(overviewWith(), [], options);
    expect(lines.findIndex((line) => line.startsWith("dev "))).toBeLessThan(lines.findIndex((line) => line.startsWith("production ")));
  });

  it("counts the instances that are ready", () => {
    expect(lineWith("production  ", overviewWith())).toContain("1 of 2 engine instances ready");
  });

  it("shows the version with the traffic, and the warm one beside it", () => {
    expect(lineWith("order-intake", overviewWith())).toContain("██████████ 1.4.0 100% (1.2.0)");
  });

  it("shows traffic of another version than the wanted one in another shade", () => {
    expect(lineWith("order-intake", overviewWith({ actual: [{ version: "1.2.0", weight: 100 }] }))).toContain("▒▒▒▒▒▒▒▒▒▒ 1.2.0 100%");
  });

  it("shows a share as its tenths", () => {
    const actual = [
      { version: "1.2.0", weight: 70 },
      { version: "1.4.0", weight: 30 },
    ];
    expect(lineWith("order-intake", overviewWith({ actual }))).toContain("███▒▒▒▒▒▒▒");
  });

  it("lists the newest deployments with how long they took and why", () => {
    expect(lineWith("1.3.0", overviewWith(), [failed])).toMatch(
      /production\/order-intake 1\.2\.0 → 1\.3\.0 +deploy +Failed +1\.3 s +smoke_test failed/,
    );
    expect(renderView(overviewWith(), [failed, failed, failed, failed], options).filter((line) => line.includes("1.3.0"))).toHaveLength(3);
  });

  it("shows a rollout with its figures as `pinion status` does", () => {
    const lines = renderView(overviewWith({ progress }), [], options).join("\n");
    expect(lines).toContain("1.2.0 → 1.4.0  canary, step 1 of 5");
    expect(lines).toContain("20 % on 1.4.0, 80 % on 1.2.0");
    expect(lines).toMatch(/✓ +error_rate +1\.5 % +- +40 +<= 5 %/u);
  });

  it("shows a rollout in one line where there is little room, and in none where there is less", () => {
    const overview = overviewWith({ progress });
    const told = (detail: "line" | "none") => renderView(overview, [], { ...options, detail }).filter((line) => line.includes("canary"));
    expect(told("line")).toEqual([
      "    ██░░░░░░░░  20 % on 1.4.0  canary, step 1 of 5, goes on in 2s  healthy: error_rate 1.5 % of 40 (<= 5 %)",
    ]);
    expect(told("none")).toEqual([]);
  });

  it("leaves a version that is watched and well to its row", () => {
    const watching: Progress = { ...progress, state: "baking", weight: 100, step: null };
    expect(lineWith("canary", overviewWith({ progress: watching }))).toBe("no such line");
    const rejected: Progress = { ...watching, verdict: { kind: "unhealthy", why: "errors" } };
    expect(lineWith("canary", overviewWith({ progress: rejected }))).toContain("canary, baking");
  });

  it("shows sync and health in 60 columns too", () => {
    const lines = renderView(overviewWith(), [], { ...options, width: 60 });
    expect(lines.find((line) => line.includes("order-intake"))).toBe(
      "  order-intake      1.4.0 100% (1.2.0)  Synced    Healthy     ".slice(0, 60),
    );
  });

  it.each(["full", "line"] as const)("says who paused it (%s)", (detail) => {
    const paused = { by: { name: "Ada", email: null }, why: "lunch", at: now - 3_000 };
    const lines = renderView(overviewWith({ progress: { ...progress, paused } }), [], { ...options, detail }).join("\n");
    expect(lines).toMatch(/paused by Ada 3s ago/iu);
  });

  it.each(["full", "line"] as const)("says that git lags, and what is in quarantine (%s)", (detail) => {
    const lines = renderView(overviewWith({ revert, quarantined: [quarantined] }), [], { ...options, detail }).join("\n");
    expect(lines).toContain("git lags runtime: pin 1.4.0 → 1.2.0 is owed");
    expect(lines).toContain("1.4.0 is in quarantine (errors)");
  });

  it("says that an environment is frozen, by whom and why", () => {
    const freeze = { by: { name: "Ada", email: null }, why: "counting", at: now - 5_000 };
    expect(lineWith("FROZEN", overviewWith({}, {}, freeze))).toBe("  FROZEN by Ada 5s ago: counting");
  });

  it("tells what the customers have met, once they are there", () => {
    expect(renderView(overviewWith(), [], { ...options, customers: "7 orders" })[1]).toBe("7 orders");
  });

  it.each([40, 60, 80, 100, 160])("never is wider than %i columns with everything going on", (width) => {
    const freeze = { by: { name: "Ada".repeat(40), email: null }, why: "counting".repeat(20), at: now };
    const all = overviewWith({ progress, revert, quarantined: [quarantined] }, {}, freeze);
    for (const detail of ["full", "line", "none"] as const) {
      const lines = renderView(all, [failed], { ...options, width, detail, customers: "x".repeat(200) });
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    }
  });

  it.each([40, 80, 120])("never is wider than %i columns", (width) => {
    const long = overviewWith({ reason: saying("a long reason ".repeat(40)) }, { subject: "a long subject ".repeat(40) });
    expect(
      Math.max(...renderView(long, [{ ...failed, reason: saying("why ".repeat(100)) }], { ...options, width }).map((line) => line.length)),
    ).toBeLessThanOrEqual(width);
  });

  it("lets no text of others command the terminal", () => {
    const lines = renderView(overviewWith({ reason: saying("\u001B[2J\nsecond line") }, { subject: "\u001B]0;title\u0007" }), [], options);
    expect(lines.join("")).not.toContain("\u001B");
    expect(lines.every((line) => !line.includes("\n"))).toBe(true);
  });
});
