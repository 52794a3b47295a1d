import { beforeEach, describe, expect, it } from "vitest";
import type { Finding } from "../../src/domain/finding.ts";
import { canary, errorRate, measure, passes, use } from "../support/progressive.ts";
import { blueGreen, environment, running, type World } from "../support/world.ts";

const broken: Finding = {
  file: `environments/${environment}/environment.yaml`,
  line: 1,
  column: 1,
  pointer: "",
  code: "file/yaml",
  severity: "error",
  message: "half an edit",
  hint: "",
};

let world: World;

/** A commit with an environment.yaml that cannot be used. */
async function breakSettings(): Promise<void> {
  world.hasBrokenSettings = true;
  world.findings = [broken];
  await world.settle();
}

async function fixSettings(): Promise<void> {
  world.hasBrokenSettings = false;
  world.findings = [];
  await world.settle();
}

beforeEach(async () => {
  world = await running();
});

describe("while environment.yaml cannot be used, what is under way", () => {
  async function deploy(): Promise<void> {
    measure(world, 0);
    world.pin("orders", "1.1.0");
    await world.settle();
  }

  it("is taken back when its canary's metrics reject it", async () => {
    use(world, canary);
    await deploy();
    await breakSettings();
    measure(world, 90);
    await passes(world, 1_000);
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(world.reverts).toMatchObject([{ from: "1.1.0", to: "1.0.0", trigger: "error_rate" }]);
  });

  it("is taken back when a trigger fires while it is watched, also after a restart", async () => {
    use(world, blueGreen, 600_000, [errorRate]);
    await deploy();
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
    await breakSettings();
    world.restart();
    measure(world, 90);
    await passes(world, 1_000);
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(world.reverts).toMatchObject([{ from: "1.1.0", to: "1.0.0", trigger: "error_rate" }]);
  });

  it("goes back at its deadline", async () => {
    use(world, canary);
    await deploy();
    measure(world, 0, 3);
    await breakSettings();
    await passes(world, canary.maxDurationMs);
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
  });

  it("says so with what it does", async () => {
    use(world, canary);
    await deploy();
    await breakSettings();
    expect((await world.status("orders"))?.reason.text).toMatch(/at 20 %.*environment\.yaml cannot be used.*settings of c\d/u);
  });
});

describe("while environment.yaml cannot be used, nothing new", () => {
  it("is deployed, and what runs is put back where an instance has lost it", async () => {
    const digest = world.digest("orders", "1.0.0");
    await breakSettings();
    world.pin("orders", "1.1.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    world.engine.removeByHand(digest);
    await world.settle();
    expect((await world.engine.inventory()).installed.map(({ version }) => version)).toEqual(["1.0.0"]);
    await fixSettings();
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
  });

  it("is taken out", async () => {
    await breakSettings();
    world.pin("orders", null);
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
  });

  it("is shown as in step with git, and it is told once", async () => {
    await breakSettings();
    await passes(world, 60_000);
    expect(await world.status("orders")).toMatchObject({
      sync: "Unknown",
      health: "Healthy",
      reason: { code: "EnvironmentUnusable", text: expect.stringMatching(/cannot be used.*settings of c1/u) },
    });
    const events = await world.journal.pendingEvents(1_000);
    expect(events.filter(({ code }) => code === "EnvironmentUnusable")).toMatchObject([{ kind: "held", process: null }]);
    await fixSettings();
    expect(await world.status("orders")).toMatchObject({ sync: "Synced", health: "Healthy", reason: { code: "AsPinned" } });
  });
});

describe("a pin that is gone beside an error, and may only be misspelt,", () => {
  async function loseThePin(): Promise<void> {
    world.findings = [{ ...broken, file: `environments/${environment}/pins.yaml` }];
    world.pin("orders", null);
    await world.settle();
  }

  it("leaves what is watched under watch: it is taken back when a trigger fires", async () => {
    use(world, blueGreen, 600_000, [errorRate]);
    measure(world, 0);
    world.pin("orders", "1.1.0");
    await world.settle();
    await loseThePin();
    measure(world, 90);
    await passes(world, 1_000);
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
  });

  it("does not make a revert void that nobody has written yet", async () => {
    use(world, blueGreen, 600_000, [errorRate]);
    measure(world, 0);
    world.pin("orders", "1.1.0");
    await world.settle();
    world.isGitDown = true;
    measure(world, 90);
    await passes(world, 1_000);
    await loseThePin();
    expect((await world.state("orders"))?.revert?.request).toMatchObject({ from: "1.1.0", to: "1.0.0" });
  });
});

describe("while environment.yaml cannot be used, a version that is long since stable and turns out to be bad", () => {
  beforeEach(async () => {
    world.pin("orders", "1.1.0");
    await world.settle();
    await breakSettings();
  });

  it("stays when a person reverts its pin, and says what takes it back", async () => {
    world.pin("orders", "1.0.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
    expect((await world.status("orders"))?.reason.text).toMatch(
      /pins of later commits have no effect until it is fixed, and `pinion recover` rolls back/,
    );
  });

  it("is not rolled back by a commit that would do nothing: that is refused, with what works", async () => {
    expect(await world.command({ kind: "rollback", process: "orders", to: null })).toMatchObject({
      kind: "refused",
      why: expect.stringMatching(/half an edit.*has no effect until then; `pinion recover` moves the traffic back at once/),
    });
    await world.settle();
    expect(world.reverts).toEqual([]);
  });

  it.each([["1.1.0"], ["1.0.0"]])("is taken back by an emergency recovery, also when git pins %s", async (pinned) => {
    world.pin("orders", pinned);
    await world.settle();
    expect(await world.command({ kind: "recover", process: "orders" })).toMatchObject({ kind: "done" });
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    await fixSettings();
    world.pin("orders", "1.0.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(await world.status("orders")).toMatchObject({ sync: "Synced", health: "Healthy", desired: "1.0.0" });
  });

  it("goes back by the revert once the file is fixed", async () => {
    world.pin("orders", "1.0.0");
    await world.settle();
    await fixSettings();
    world.pin("orders", "1.0.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
  });
});
