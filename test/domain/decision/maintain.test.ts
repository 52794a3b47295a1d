import { describe, expect, it } from "vitest";
import type { Pinned } from "../../../src/domain/desired/resolve.ts";
import { restsUntil, untilChanged } from "../../../src/domain/decision/maintain.ts";
import { whyNotServed } from "../../../src/domain/decision/preserve.ts";
import type { Digest } from "../../../src/domain/names.ts";
import type { Route } from "../../../src/domain/observed/route.ts";
import type { Observation } from "../../../src/domain/observed/observation.ts";
import type { ProcessState } from "../../../src/domain/journal/state.ts";
import type { Installed } from "../../../src/domain/desired/unit.ts";
import { blueGreen, environment, spec } from "../../support/spec.ts";
import { known, rolloutIn } from "../strategies/rolling-values.ts";

const process = "orders";
const now = 1_000_000;
const digest = digestOf("a");
const olderDigest = digestOf("b");
const oldestDigest = digestOf("c");
const unit = { process, version: "1.1.0", digest };

const summary = {
  process,
  version: "1.1.0",
  engine: "node-red",
  definitionDigest: digest,
  dependencies: [],
  hasChecks: false,
  endpoints: [],
};
const pinned = { kind: "runnable", summary, status: "published" } as const;
const desired: Pinned = { kind: "run", unit, summary, pinned };

const installed: Installed = {
  ...unit,
  drift: null,
  armed: true,
  endpoints: [],
  placements: [{ instance: "one", address: "http://one", ready: true, inFlight: 0, counts: null }],
};
const warm: Installed = { ...installed, version: "1.0.0", digest: olderDigest, armed: false };
const share = { version: "1.1.0", digest, weight: 100, endpoints: [], targets: [{ instance: "one", url: "http://one" }] };
const route: Route = { process, timeoutMs: spec.requestTimeoutMs, sticky: null, shares: [share] };

function digestOf(letter: string): Digest {
  return `sha256-${letter.repeat(64)}`;
}

function seenWith(parts: { readonly installed?: readonly Installed[]; readonly route?: Route } & Partial<Observation> = {}): Observation {
  const { installed: units = [installed], route: routed = route, ...others } = parts;
  return {
    now,
    lostMs: 0,
    commit: "c1",
    environment,
    spec,
    desired: { processes: new Map([[process, desired]]), pins: new Map([[process, pinned]]), settingsDigest: digest, unpinned: null },
    findings: [],
    engines: new Map([
      ["node-red", known({ instances: [{ id: "one", state: "ready", why: "" }], installed: new Map([[process, units]]) })],
    ]),
    routes: known(new Map([[process, routed]])),
    inFlight: known(new Map()),
    quarantine: [],
    measured: new Map(),
    ...others,
  };
}

const status = {
  environment,
  process,
  desired: "1.1.0",
  actual: [{ version: "1.1.0", weight: 100 }],
  sync: "Synced",
  health: "Healthy",
  phase: "Succeeded",
  reason: { code: "AsPinned", text: "has all traffic" },
  since: 0,
} as const;
const state: ProcessState = {
  process,
  rollout: null,
  knownGood: [
    { ...unit, at: now },
    { process, version: "1.0.0", digest: olderDigest, at: 0 },
  ],
  refused: null,
  status,
  revert: null,
  quarantined: [],
  rolledBackAt: null,
  takenOutAt: null,
};
const limited = { ...spec, strategy: { ...blueGreen, warm: { count: 1, maxAgeMs: 60_000 } } };
const withWarm = { ...status, actual: [...status.actual, { version: "1.0.0", weight: 0 }] };

const order = {
  id: "r1",
  environment,
  process,
  from: "1.1.0",
  to: "1.0.0",
  quarantine: null,
  trigger: "manual",
  why: "because",
  at: 0,
  commit: "c0",
  deployment: null,
  by: null,
  mode: "push",
} as const;

describe("a process is at rest", () => {
  it("when what is pinned has all the traffic and is shown so", () => {
    expect(restsUntil(state, desired, seenWith())).toBe(untilChanged);
  });

  it("with the version before it kept warm", () => {
    expect(restsUntil({ ...state, status: withWarm }, desired, seenWith({ installed: [installed, warm] }))).toBe(untilChanged);
  });

  it("until that one has been kept for long enough", () => {
    const seen = seenWith({ spec: limited, installed: [installed, warm] });
    expect(restsUntil({ ...state, status: withWarm }, desired, seen)).toBe(now + 60_000);
  });
});

describe("a process is not at rest", () => {
  const quarantined = { version: "1.0.0", digest: olderDigest, why: "bad", at: 0, rollbackId: "r0", isInGit: true };

  it.each<[string, Partial<ProcessState>]>([
    ["while a rollout is under way", { rollout: rolloutIn({ kind: "baking", since: 0, until: now }) }],
    ["while its pin is being put back", { revert: { request: order, outcome: null } }],
    ["while something is refused", { refused: { unit, why: "bad", at: 0 } }],
    ["while git may lift a quarantine", { quarantined: [quarantined] }],
    ["before it was shown", { status: null }],
    ["while another version is shown", { status: { ...status, desired: "1.0.0" } }],
    ["while it is shown out of sync", { status: { ...status, sync: "OutOfSync" } }],
    ["while it is shown as degraded", { status: { ...status, health: "Degraded" } }],
    ["while its deployment is shown as failed", { status: { ...status, phase: "Failed" } }],
    ["while other traffic is shown", { status: { ...status, actual: [{ version: "1.0.0", weight: 100 }] } }],
    ["while less traffic is shown", { status: { ...status, actual: [{ version: "1.1.0", weight: 50 }] } }],
    ["while more versions are shown than there are", { status: withWarm }],
  ])("%s", (_when, parts) => {
    expect(restsUntil({ ...state, ...parts }, desired, seenWith())).toBeNull();
  });

  it.each<[string, Observation]>([
    ["without an environment", seenWith({ spec: null })],
    ["while its engine is silent", seenWith({ engines: new Map([["node-red", { kind: "unknown", why: "no answer" }]]) })],
    ["while its router is silent", seenWith({ routes: { kind: "unknown", why: "no answer" } })],
    ["while it is not installed", seenWith({ installed: [warm] })],
    ["while it was changed by hand", seenWith({ installed: [{ ...installed, drift: "edited" }] })],
    ["while its schedules do not fire", seenWith({ installed: [{ ...installed, armed: false }] })],
    ["while it does not answer", seenWith({ installed: [{ ...installed, placements: [] }] })],
    [
      "while it answers on another instance at the address of the one before",
      seenWith({
        installed: [{ ...installed, placements: installed.placements.map((place) => ({ ...place, instance: "two" })) }],
        engines: new Map([
          [
            "node-red",
            known({
              instances: [{ id: "two", state: "ready", why: "" }],
              installed: new Map([
                [process, [{ ...installed, placements: installed.placements.map((place) => ({ ...place, instance: "two" })) }]],
              ]),
            }),
          ],
        ]),
      }),
    ],
    [
      "while it answers elsewhere",
      seenWith({ installed: [{ ...installed, placements: installed.placements.map((place) => ({ ...place, address: "http://two" })) }] }),
    ],
    ["while something else gets traffic", seenWith({ route: { ...route, shares: [share, { ...share, digest: olderDigest, weight: 0 }] } })],
    ["while it gets less", seenWith({ route: { ...route, shares: [{ ...share, weight: 99 }] } })],
    [
      "while the router sends it elsewhere too",
      seenWith({ route: { ...route, shares: [{ ...share, targets: [...share.targets, { instance: "two", url: "http://two" }] }] } }),
    ],
    ["while the environment says another timeout", seenWith({ route: { ...route, timeoutMs: 1 } })],
  ])("%s", (_when, observation) => {
    expect(restsUntil(state, desired, observation)).toBeNull();
  });

  it("while its pin is broken, or gone", () => {
    expect(restsUntil(state, { kind: "broken", process, version: "1.1.0", why: "unknown", pinned }, seenWith())).toBeNull();
    expect(restsUntil(state, null, seenWith())).toBeNull();
  });

  it("while a version is left that nobody keeps", () => {
    const left = { ...warm, version: "0.9.0", digest: oldestDigest };
    const shown = { ...status, actual: [...status.actual, { version: "0.9.0", weight: 0 }] };
    expect(restsUntil({ ...state, status: shown }, desired, seenWith({ installed: [installed, left] }))).toBeNull();
  });

  it("while a warm version is shown with traffic", () => {
    const shown = { ...status, actual: [...status.actual, { version: "1.0.0", weight: 10 }] };
    expect(restsUntil({ ...state, status: shown }, desired, seenWith({ installed: [installed, warm] }))).toBeNull();
  });

  it("once the time of a warm version is over", () => {
    const seen = seenWith({ spec: limited, installed: [installed, warm] });
    expect(restsUntil({ ...state, status: withWarm }, desired, { ...seen, now: now + 60_000 })).toBeNull();
  });
});

describe("a version that is gone from the engine", () => {
  it("is not said to have been removed by a person: a deployment that cannot put it back removes it as well", () => {
    const { why, isByHand } = whyNotServed(null, { process, desired, installed: [], route, instances: [] }, unit);
    expect(why).toBe("1.1.0 is not in the engine any more");
    expect(isByHand).toBe(true);
  });
});
