/** What is decided about one process: finish what is under way, else begin what is due, else say why not. */

import { describe, expect, it } from "vitest";
import { decide } from "../../../src/domain/decision/decide.ts";
import type { Installed } from "../../../src/domain/desired/unit.ts";
import type { Pinned } from "../../../src/domain/desired/resolve.ts";
import type { Rollout } from "../../../src/domain/journal/rollout.ts";
import type { EnvironmentState, ProcessState } from "../../../src/domain/journal/state.ts";
import type { Observation } from "../../../src/domain/observed/observation.ts";
import type { Route } from "../../../src/domain/observed/route.ts";
import { before, now, person, rollout, row, unit } from "../../support/decision-values.ts";
import { environment, spec } from "../../support/spec.ts";
import { known } from "../strategies/rolling-values.ts";

const process = "orders";
const unknown = { kind: "unknown", why: "no answer" } as const;

function pinnedTo(version: string): Pinned {
  const { digest } = unit(version);
  const summary = { process, version, engine: "node-red", definitionDigest: digest, dependencies: [], hasChecks: false, endpoints: [] };
  return { kind: "run", unit: unit(version), summary, pinned: { kind: "runnable", summary, status: "published" } };
}

function installedAs(version: string, parts: Partial<Installed> = {}): Installed {
  const placements = [{ instance: "one", address: "http://one", ready: true, inFlight: 0, counts: null }];
  return { ...unit(version), drift: null, armed: true, endpoints: [], placements, ...parts };
}

function routeTo(version: string): Route {
  const targets = [{ instance: "one", url: "http://one" }];
  const share = { version, digest: unit(version).digest, weight: 100, endpoints: [], targets };
  return { process, timeoutMs: spec.requestTimeoutMs, sticky: null, shares: [share] };
}

interface World {
  readonly pinned?: Pinned | null;
  readonly installed?: readonly Installed[];
  /** The version that has all the traffic; null: none. */
  readonly serving?: string | null;
  readonly remembered?: Partial<ProcessState>;
  readonly state?: Partial<EnvironmentState>;
  readonly observation?: Partial<Observation>;
}

/** 1.0.0 serves and is known to be good; 1.1.0 is pinned. */
function decideIn({ pinned = pinnedTo("1.1.0"), installed = [installedAs("1.0.0")], serving = "1.0.0", remembered, ...more }: World) {
  const good = { ...unit("1.0.0"), at: 1, definition: unit("1.0.0").digest };
  const observation: Observation = {
    now,
    lostMs: 0,
    commit: "c1",
    environment,
    spec,
    desired: {
      processes: new Map(pinned ? [[process, pinned]] : []),
      pins: new Map(pinned ? [[process, pinned.pinned]] : [["other", pinnedTo("1.0.0").pinned]]),
      settingsDigest: unit("1.0.0").digest,
      unpinned: null,
    },
    findings: [],
    engines: new Map([
      ["node-red", known({ instances: [{ id: "one", state: "ready", why: "" }], installed: new Map([[process, installed]]) })],
    ]),
    routes: known(new Map(serving === null ? [] : [[process, routeTo(serving)]])),
    inFlight: known(new Map()),
    quarantine: [],
    measured: new Map(),
    ...more.observation,
  };
  return decide(before({ ...more.state }, row({ knownGood: [good], ...remembered })), observation);
}

/** The deployment that it opens. */
function openedIn(world: World) {
  return decideIn(world).deployments.flatMap(({ opened }) => (opened ? [[opened.kind, opened.from, opened.version]] : []));
}

/** The reason that the process is shown with. */
function reasonIn(world: World): string | undefined {
  return decideIn(world).processes[0]?.status?.reason.code;
}

const running = (parts: Partial<Rollout> = {}) => ({ rollout: rollout({ strategy: spec.strategy, deadline: now + 1_000, ...parts }) });
const freeze = { by: person, why: "sale", at: 1 };
const both = [installedAs("1.0.0"), installedAs("1.1.0")];

describe("opens a deployment", () => {
  it.each<[string, World, readonly unknown[]]>([
    ["of a new version", {}, ["deploy", "1.0.0", "1.1.0"]],
    ["of a first version", { installed: [], serving: null, remembered: { knownGood: [] } }, ["deploy", null, "1.1.0"]],
    [
      "back to a version that was good here, also while the environment is frozen",
      { pinned: pinnedTo("1.0.0"), serving: "1.1.0", installed: both, state: { freeze } },
      ["rollback", "1.1.0", "1.0.0"],
    ],
    [
      "that undoes a manual change",
      { pinned: pinnedTo("1.0.0"), installed: [installedAs("1.0.0", { drift: "edited" })] },
      ["self-heal", null, "1.0.0"],
    ],
    ["that takes out what is no longer pinned", { pinned: null }, ["prune", "1.0.0", null]],
    [
      "of the newest commit, in place of what is under way for another",
      { pinned: pinnedTo("1.0.0"), remembered: running(), serving: "1.1.0", installed: both },
      ["rollback", "1.1.0", "1.0.0"],
    ],
  ])("%s", (_what, world, opened) => {
    expect(openedIn(world)).toEqual([opened]);
  });

  it("of a known-good version is installed without validations", () => {
    expect(decideIn({ pinned: pinnedTo("1.0.0"), serving: "1.1.0", installed: both }).processes[0]?.rollout).toMatchObject({
      fast: true,
      state: { kind: "installing" },
    });
    expect(decideIn({}).processes[0]?.rollout).toMatchObject({ fast: false, state: { kind: "validating" } });
  });
});

describe("opens nothing, and says why", () => {
  const refused = { unit: unit("1.1.0"), why: "bad", at: 1, code: "RolledBack" as const };
  it.each<[string, World, string]>([
    ["what is pinned serves", { pinned: pinnedTo("1.0.0") }, "AsPinned"],
    ["the environment is frozen", { state: { freeze } }, "Frozen"],
    ["it failed here before", { remembered: { refused } }, "RolledBack"],
    ["the engine does not answer", { observation: { engines: new Map([["node-red", unknown]]) } }, "EngineUnknown"],
    ["the router does not answer", { observation: { routes: unknown } }, "RouterUnknown"],
    ["environment.yaml cannot be used", { observation: { spec: null } }, "EnvironmentUnusable"],
    [
      "it was changed by hand, and selfHeal is off",
      {
        pinned: pinnedTo("1.0.0"),
        installed: [installedAs("1.0.0", { drift: "edited" })],
        observation: { spec: { ...spec, selfHeal: false } },
      },
      "Drifted",
    ],
    [
      "it could not be healed a moment ago",
      {
        pinned: pinnedTo("1.0.0"),
        installed: [installedAs("1.0.0", { drift: "edited" })],
        remembered: { refused: { ...refused, unit: unit("1.0.0") } },
      },
      "NotRestored",
    ],
  ])("%s", (_what, world, code) => {
    expect(openedIn(world)).toEqual([]);
    expect(reasonIn(world)).toBe(code);
  });

  it("it is not pinned and nothing of it is left: it is forgotten", () => {
    expect(decideIn({ pinned: null, installed: [], serving: null }).forgotten).toEqual([process]);
  });
});

describe("what is under way", () => {
  it("goes on while what is pinned stays the same", () => {
    expect(openedIn({ remembered: running() })).toEqual([]);
    expect(decideIn({ remembered: running(), installed: both }).processes[0]?.rollout?.state.kind).toBe("checking");
  });

  it("is closed as superseded when another version is pinned", () => {
    const { deployments } = decideIn({ pinned: pinnedTo("1.0.0"), remembered: running() });
    expect(deployments[0]).toMatchObject({ id: rollout().deployment, phase: "Superseded", step: { code: "Superseded" } });
  });

  it("is not closed before engine and router say what became of it", () => {
    const world = { pinned: pinnedTo("1.0.0"), remembered: running(), observation: { routes: unknown } } as const;
    expect(decideIn(world).deployments).toEqual([]);
  });
});
