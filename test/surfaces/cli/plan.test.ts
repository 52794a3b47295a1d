/** `pinion plan`: what it compares, what it prints, and how it ends. */

import { describe, expect, it } from "vitest";
import type { Finding } from "../../../src/domain/finding.ts";
import type { Definition } from "../../../src/domain/desired/definition.ts";
import { PinionError } from "../../../src/domain/errors.ts";
import type { EnvironmentSnapshot } from "../../../src/domain/desired/snapshot.ts";
import type { CliWorld, GitProgram, OpenRepository, RepositoryPlace } from "../../../src/surfaces/cli/terminal/world.ts";
import { brokenPin, check, environment, finding, metricCheck, pin, rollbackPolicy } from "../../domain/plan/snapshots.ts";
import { overview, process } from "../http/pictures.ts";
import { createControllers, token } from "./controller.ts";
import { pinion } from "./fake-world.ts";

const noGit: GitProgram = () => Promise.resolve({ status: 128, stdout: "", stderr: "not a git repository" });

/** A git that knows one commit on origin/main, which the work tree in `/` started from. */
const git: GitProgram = (_directory, [command, ...rest]) => {
  const answer = (stdout: string, status = 0) => Promise.resolve({ status, stdout, stderr: "" });
  if (command === "merge-base") return rest[0] === "refs/remotes/origin/main" ? answer("ba5eba5eba5e") : answer("", 1);
  if (rest.includes("--show-toplevel")) return answer("/");
  return answer("0therc0mm1t");
};

const controllers = createControllers();

interface Repository {
  readonly closed: string[];
  readonly places: RepositoryPlace[];
  open(place: RepositoryPlace): Promise<OpenRepository>;
}

function definitionOf(version: string): Definition {
  return { nodes: [{ id: "n", type: "t", config: { version } }], connections: [], config: {} };
}

function repository(
  from: readonly EnvironmentSnapshot[],
  to: readonly EnvironmentSnapshot[],
  findings: readonly ReturnType<typeof finding>[] = [],
  since: readonly ReturnType<typeof finding>[] = [],
): Repository {
  const [closed, places]: [string[], RepositoryPlace[]] = [[], []];
  return {
    closed,
    places,
    open(place) {
      places.push(place);
      const environments = new Map((place.kind === "commit" ? from : to).map((one) => [one.name, one]));
      return Promise.resolve({
        snapshot: { commit: "c", committedAt: 0, environments, findings: place.kind === "commit" ? [] : findings },
        version(process, version) {
          if (version === "6.6.6") return Promise.reject(new PinionError("manifest/invalid", "spoilt"));
          const metadata = { title: "", description: "", author: "", changelog: [], tags: [] };
          return Promise.resolve({
            process,
            version,
            metadata,
            dependencies: [],
            checks: [check("answers")],
            definition: definitionOf(version),
            definitionDigest: "sha256-0",
          });
        },
        findingsSince: (base) => (base.environments.size > 0 ? since : []),
        close() {
          closed.push(place.kind);
          return Promise.resolve();
        },
      });
    },
  };
}

function named(name: string, snapshot: EnvironmentSnapshot): EnvironmentSnapshot {
  return { ...snapshot, name };
}

function plan(repositories: Repository, argv: readonly string[] = [], parts: Partial<CliWorld> = {}) {
  return pinion(["plan", "/tmp", ...argv], { git, openRepository: (place) => repositories.open(place), ...parts });
}

const production = (version: string) => named("production", environment([pin("a", version)], { type: "production" }));
const staging = named("staging", environment([pin("a", "1.0.0")]));

describe("pinion plan of a process that is taken out", () => {
  const both = named("production", environment([pin("a", "1.0.0"), pin("b", "1.0.0")]));
  const one = named("production", environment([pin("b", "1.0.0")]));

  it("says how many requests it had, where a controller knows", async () => {
    const [shown] = overview().environments;
    if (shown === undefined) throw new Error("the picture has no environment");
    const url = await controllers.start({ ...overview(), environments: [{ ...shown, name: "production", processes: [process("a")] }] });
    const text = "takes a out of production: no longer pinned; it had 12 requests/s in the last hour";
    expect((await plan(repository([both], [one]), ["--controller", url])).stdout).toContain(text);
    const target = { url, socket: null, token: () => Promise.resolve(token) };
    const near: Partial<CliWorld> = {
      controllerAddress: (file) => (file === "/tmp/pinion.yaml" ? Promise.resolve(target) : Promise.reject(new Error(file))),
    };
    expect((await plan(repository([both], [one]), ["--config", "/tmp/pinion.yaml"], near)).stdout).toContain(text);
  });

  it("says that it is not known, where no controller can be asked", async () => {
    const { code, stdout } = await plan(repository([both], [one]));
    expect(code).toBe(0);
    expect(stdout).toContain("takes a out of production: no longer pinned; its number of requests is not known");
  });
});

describe("pinion plan", () => {
  it("reads well in a pull request", async () => {
    const { code, stdout } = await plan(repository([production("1.0.0"), staging], [production("2.0.0"), staging]));
    expect(code).toBe(0);
    expect(stdout).toBe(`compared with ba5eba5e, merge base with origin/main

staging: nothing to do

production: 1 deployment, about 5 s, risk high

  1. a  1.0.0 → 2.0.0  major, blue-green
     2.0.0 is pinned instead of 1.0.0; about 5 s (default, no history)
     ~ node n: config.version "1.0.0" → "2.0.0" (compatible)
     impact: compatible
     steps: validate → install → check (1 smoke test) → switch → confirm (1 smoke test) → drain

  risk
    high  a    1.0.0 → 2.0.0 is a major step
    low   all  it is production

  rollback  run git revert on the merge; a known good version gets the traffic back without checks or delay
    switch the traffic back to a 1.0.0, which is kept warm
`);
  });

  it("shows the steps of a canary, and when Pinion goes back by itself", async () => {
    const strategies = new Map([
      [
        "a",
        {
          kind: "canary",
          steps: [
            { kind: "weight", weight: 20 },
            { kind: "analysis", durationMs: 5000 },
            { kind: "weight", weight: 100 },
          ],
          checks: [],
          maxDurationMs: 1,
          keepOldVersion: true,
          warm: { count: 1, maxAgeMs: null },
        } as const,
      ],
    ]);
    const rollback = rollbackPolicy({ triggers: [metricCheck({ windowMs: 5000 })], bakeMs: 20_000 });
    const carefully = (version: string) => named("live", environment([pin("a", version)], { strategies, rollback }));
    const { stdout } = await plan(repository([carefully("1.0.0")], [carefully("1.0.1")]));
    expect(stdout).toContain("1. a  1.0.0 → 1.0.1  patch, canary");
    expect(stdout).toContain(
      "steps: validate → install → check (1 smoke test) → 20 % → judge 5 s → switch → confirm (1 smoke test) → drain → bake 20 s\n",
    );
    expect(stdout).toContain(
      "    by itself, up to 20 s after the switch, when error_rate > 5 % over 5 s\n    switch the traffic back to a 1.0.0",
    );
  });

  it("compares the files on disk with the commit, and closes both", async () => {
    const repositories = repository([staging], [staging]);
    expect((await plan(repositories)).code).toBe(0);
    expect(repositories.places).toEqual([
      { kind: "work-tree", directory: "/tmp", base: "ba5eba5eba5e" },
      { kind: "commit", directory: "/", commit: "ba5eba5eba5e", path: "tmp" },
    ]);
    expect(repositories.closed.toSorted()).toEqual(["commit", "work-tree"]);
  });

  it("compares with nothing where there is no git, and says so", async () => {
    const { code, stdout } = await plan(repository([], [staging]), [], { git: noGit });
    expect(code).toBe(0);
    expect(stdout).toContain("compared with the empty repository: the folder is in no git repository\n\nstaging (new): 1 deployment");
    expect(stdout).toContain("1. a  nothing → 1.0.0  first, blue-green");
  });

  it("shows what is held back, and why", async () => {
    const { code, stdout } = await plan(repository([staging], [named("staging", environment([brokenPin("a", "3.0.0", "is no YAML")]))]));
    expect(code).toBe(0);
    expect(stdout).toContain("staging: 1 held back\n");
    expect(stdout).toContain("  held back\n    a  1.0.0 → 3.0.0  a.yaml:1:2: is no YAML (x/y)\n");
  });

  it("shows changed settings as environment.yaml has them", async () => {
    const slow = named("staging", environment([pin("a", "1.0.0")], { drainTimeoutMs: 90_000, variables: { waitMs: 5 } }));
    const { stdout } = await plan(repository([staging], [slow]));
    expect(stdout).toContain("  settings\n    ~ drainTimeout 1 s → 90 s\n    + variables.waitMs 5\n");
    expect(stdout).toContain("1. a  1.0.0 again  blue-green");
  });

  it("shows triggers and steps as people read them, and scripts the change itself", async () => {
    const rollback = rollbackPolicy({ triggers: [metricCheck({ windowMs: 5000 })], bakeMs: 20_000 });
    const repositories = repository([staging], [named("staging", environment([pin("a", "1.0.0")], { rollback }))]);
    const { stdout } = await plan(repositories);
    expect(stdout).toContain("2 changed settings");
    expect(stdout).toContain(
      "    ~ rollbackPolicy.automatic.timeout 0 ms → 20 s\n    + rollbackPolicy.automatic.triggers error_rate > 5 % over 5 s\n",
    );
    const json = JSON.parse((await plan(repositories, ["--format", "json"])).stdout) as {
      environments: readonly Record<string, unknown>[];
    };
    expect(json.environments[0]?.["settings"]).toMatchObject([
      { pointer: "/rollback/automatic/triggers", oldValue: [] },
      { newValue: 20_000 },
    ]);
    expect(json.environments[0]).not.toHaveProperty("settingLines");
  });

  it("says that an environment which leaves is left running", async () => {
    const { code, stdout } = await plan(repository([staging, production("1.0.0")], [production("1.0.0")]));
    expect(code).toBe(0);
    expect(stdout).toContain("staging: blocked\n  the environment is no longer in the repository; running versions keep running\n");
  });

  it("prints errors in the files, and is not fine with them", async () => {
    const { code, stdout } = await plan(repository([staging], [staging], [finding("is no YAML")]));
    expect(code).toBe(1);
    expect(stdout).toContain("a.yaml:1:2  error  is no YAML  (x/y)");
    expect(stdout).toContain("1 error in 1 file");
  });

  it("prints what is wrong with going there, where there is something to start from", async () => {
    const since = [finding("these wait for each other")];
    const { code, stdout } = await plan(repository([staging], [staging], [], since));
    expect(code).toBe(1);
    expect(stdout).toContain("a.yaml:1:2  error  these wait for each other  (x/y)");
    expect((await plan(repository([], [staging], [], since), [], { git: noGit })).code).toBe(0);
  });

  it("tells by its exit code whether there is anything to do, if that is asked for", async () => {
    const detailed = async (
      before: readonly EnvironmentSnapshot[],
      after: readonly EnvironmentSnapshot[],
      findings: readonly Finding[] = [],
    ) => (await plan(repository(before, after, findings), ["--detailed-exitcode"])).code;
    expect(await detailed([staging], [staging])).toBe(0);
    expect(await detailed([production("1.0.0")], [production("2.0.0")])).toBe(2);
    expect(await detailed([production("1.0.0")], [production("2.0.0")], [finding("is no YAML")])).toBe(1);
    expect((await plan(repository([staging], [staging]), ["-e", "nowhere", "--detailed-exitcode"])).code).toBe(1);
  });

  it("does without a comparison where a version cannot be read", async () => {
    const { code, stdout } = await plan(repository([named("staging", environment([pin("a", "6.6.6")]))], [staging]));
    expect(code).toBe(0);
    expect(stdout).not.toContain("impact:");
  });

  it("plans one environment when asked", async () => {
    const repositories = repository([production("1.0.0"), staging], [production("2.0.0"), staging]);
    expect((await plan(repositories, ["-e", "staging"])).code).toBe(0);
    expect(await plan(repositories, ["-e", "prod"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("there are: production, staging"),
    });
  });

  it("gives scripts the plans with all that is in them", async () => {
    const { stdout } = await plan(repository([production("1.0.0")], [production("2.0.0")]), ["--format", "json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      base: { commit: "ba5eba5eba5e", description: "ba5eba5e, merge base with origin/main" },
      findings: [],
      environments: [
        {
          environment: "production",
          deployments: [{ process: "a", from: "1.0.0", to: "2.0.0", strategy: "blue-green", changes: { impact: "compatible" } }],
          held: [],
          steps: [
            { id: "production.a.validate", action: "validate", order: 1, dependencies: [], validation: { phase: "pre" } },
            {},
            {},
            {},
            {},
            {},
          ],
          dependencies: [],
          estimatedDuration: 5000,
          riskAssessment: { level: "high", reasons: [{ level: "high", process: "a" }, { process: null }] },
          rollbackPlan: { steps: [{ process: "a", version: "1.0.0", how: "switch-back" }] },
        },
      ],
    });
  });

  it("opens nothing when there is no such base", async () => {
    const repositories = repository([staging], [staging]);
    const failing: GitProgram = (directory, args) =>
      args[0] === "rev-parse" && args[1] === "--verify" ? Promise.resolve({ status: 1, stdout: "", stderr: "" }) : git(directory, args);
    const { code, stderr } = await plan(repositories, ["--base", "nope"], { git: failing });
    expect({ code, closed: repositories.places }).toEqual({ code: 2, closed: [] });
    expect(stderr).toContain('error usage/invalid: --base: no commit is called "nope" in this repository');
  });
});
