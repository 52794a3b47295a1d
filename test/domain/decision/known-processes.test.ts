import { describe, expect, it } from "vitest";
import { everyProcess, isKnownProcess } from "../../../src/domain/decision/known-processes.ts";
import type { DesiredState } from "../../../src/domain/desired/resolve.ts";
import type { Installed } from "../../../src/domain/desired/unit.ts";
import type { Digest, ProcessId } from "../../../src/domain/names.ts";
import type { Seen } from "../../../src/domain/observed/observation.ts";
import type { Route } from "../../../src/domain/observed/route.ts";
import { before, row } from "../../support/decision-values.ts";
import { spec } from "../../support/spec.ts";
import { known } from "../strategies/rolling-values.ts";

const digest: Digest = `sha256-${"a".repeat(64)}`;

function seen(parts: { readonly pinned?: readonly ProcessId[]; readonly installed?: readonly ProcessId[] } & Partial<Seen>): Seen {
  const { pinned = [], installed = [], ...others } = parts;
  const finding = { kind: "broken", version: "1.0.0", findings: [] } as const;
  const processes = new Map(
    pinned.map((process) => [process, { kind: "broken", process, version: "1.0.0", why: "bad", pinned: { ...finding, process } }] as const),
  );
  const desired: DesiredState = { processes, pins: new Map(), settingsDigest: digest, unpinned: null };
  const units = new Map<ProcessId, readonly Installed[]>(installed.map((process) => [process, []]));
  return {
    now: 0,
    lostMs: 0,
    commit: "c1",
    environment: "production",
    spec,
    desired,
    findings: [],
    engines: new Map([["node-red", known({ instances: [], installed: units })]]),
    routes: known(new Map<ProcessId, Route>()),
    inFlight: known(new Map()),
    quarantine: [],
    ...others,
  };
}

function routed(process: ProcessId, weight: number): Route {
  return { process, timeoutMs: 1, sticky: null, shares: [{ version: "1.0.0", digest, weight, endpoints: [], targets: [] }] };
}

const nothing = before();
const remembered = before({}, row({ process: "orders" }));
const silent = { kind: "unknown", why: "no answer" } as const;

describe("a process is known", () => {
  it.each<[string, Parameters<typeof everyProcess>, boolean]>([
    ["that is pinned", [nothing, seen({ pinned: ["orders"] })], true],
    ["that is remembered, also where nothing is pinned at all", [remembered, seen({ desired: null })], true],
    ["that is installed", [nothing, seen({ installed: ["orders"] })], true],
    ["that has traffic", [nothing, seen({ routes: known(new Map([["orders", routed("orders", 100)]])) })], true],
    ["in every way, once", [remembered, seen({ pinned: ["orders"], installed: ["orders"] })], true],
    ["but not by a route that has no traffic", [nothing, seen({ routes: known(new Map([["orders", routed("orders", 0)]])) })], false],
    [
      "but not by an engine and a router that are silent",
      [nothing, seen({ engines: new Map([["node-red", silent]]), routes: silent })],
      false,
    ],
    ["but not by what others are", [nothing, seen({ pinned: ["billing"], installed: ["audit"] })], false],
  ])("%s", (_how, [state, observation], isKnown) => {
    expect([...everyProcess(state, observation)].filter((process) => process === "orders")).toEqual(isKnown ? ["orders"] : []);
    expect(isKnownProcess("orders", state, observation)).toBe(isKnown);
  });
});
