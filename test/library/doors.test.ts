/** The doors of the library: what is understood, and that nothing is left aside in silence. */

import { describe, expect, it } from "vitest";
import { digestOfFile } from "../../src/adapters/manifest/process/digest.ts";
import { personOf, toCommandRequest } from "../../src/library/asking.ts";
import { connectPinion } from "../../src/library/connected.ts";
import { ownStrategy, toEnvironmentEdit } from "../../src/library/parse-environment.ts";
import { formatVersion, parseVersion } from "../../src/library/semantic-version.ts";
import { toVersionEdit } from "../../src/library/parse-version.ts";
import type { Environment, WorkflowVersion } from "../../src/library/vocabulary.ts";
import { orders } from "./library-world.ts";

const given = (value: unknown): never => value as never;

describe("versions", () => {
  it.each([
    ["1.4.2", { major: 1, minor: 4, patch: 2 }],
    ["2.0.0-rc.1", { major: 2, minor: 0, patch: 0, prerelease: "rc.1" }],
    ["1.4.3+20240115.abc", { major: 1, minor: 4, patch: 3, build: "20240115.abc" }],
  ])("%s has parts, and comes back from them", (text, parts) => {
    expect(parseVersion(text)).toEqual(parts);
    expect(formatVersion(parts)).toBe(text);
  });

  it.each(["1.4", "v1.4.2", "", " 1.4.2", "1.4.2 ", "01.2.3"])("%j is none", (text) => {
    expect(() => parseVersion(text)).toThrow(expect.objectContaining({ code: "usage/invalid" }));
  });
});

describe("a version", () => {
  it("becomes a file, with what is not said as it is in one", () => {
    const version = orders("1.0.0", {
      version: { major: 1, minor: 0, patch: 0 },
      createdBy: "team-orders",
      dependencies: [{ type: "workflow", name: "payment", version: { major: 2, minor: 0, patch: 0 } }],
    });
    const edit = toVersionEdit(version, digestOfFile);
    expect(edit).toMatchObject({ process: "orders", version: "1.0.0", status: "published" });
    expect(edit.file).toMatchObject({
      version: "1.0.0",
      title: "orders 1.0.0",
      author: "team-orders",
      dependencies: [{ type: "workflow", name: "payment", version: "2.0.0" }],
      definition: { config: {}, connections: [{ from: { node: "receive", port: 0 }, to: { node: "answer", port: 0 } }] },
    });
  });

  it.each<[string, Partial<Record<keyof WorkflowVersion | "dependsOn", unknown>>, string]>([
    ["a field that does not exist", { dependsOn: [] }, 'there is no "dependsOn"'],
    ["metadata that does not exist", { metadata: { compatibility: {} } }, 'metadata: there is no "compatibility"'],
    ["an id that cannot be a folder", { workflowId: "../orders" }, "lower case letters"],
    ["a version that is none", { version: "latest" }, "is no version"],
    ["no version", { version: undefined }, "a version must be an object"],
    ["dependencies that are no list", { dependencies: "payment" }, "dependencies must be a list"],
    ["a dependency that is none", { dependencies: [null] }, "a dependency must be an object"],
    ["no definition", { definition: undefined }, "definition must be an object"],
    ["a definition that is none", { definition: { nodes: [{}] } }, "definition.nodes[0].id"],
  ])("with %s is refused", (_what, change, message) => {
    expect(() => toVersionEdit(given({ ...orders("1.0.0"), ...change }), digestOfFile)).toThrow(message);
  });
});

describe("an environment", () => {
  it("may be said as deployments have it", () => {
    const environment: Environment = {
      id: "prod",
      name: "Production",
      type: "production",
      config: { variables: { LOG_LEVEL: "info" } },
      deploymentStrategy: { strategy: "canary", config: { trafficPercentage: 10, incrementInterval: 300_000 } },
      restrictions: {
        allowedVersionTypes: ["published"],
        requiresApproval: false,
        maxConcurrentDeployments: 3,
        rollbackPolicy: { automatic: { enabled: true, triggers: [{ type: "error_rate", threshold: "5%", duration: "1m" }] } },
      },
    };
    expect(toEnvironmentEdit(environment)).toEqual({
      name: "prod",
      file: {
        name: "prod",
        description: "Production",
        type: "production",
        variables: { LOG_LEVEL: "info" },
        strategy: { type: "canary", config: { trafficPercentage: 10, incrementInterval: 300_000 } },
        restrictions: { allowedVersionTypes: ["published"], maxConcurrentDeployments: 3 },
        rollbackPolicy: { automatic: { enabled: true, triggers: [{ type: "error_rate", threshold: "5%", duration: "1m" }] } },
      },
    });
  });

  it.each<[string, object, string]>([
    ["a strategy twice", { strategy: { type: "rolling" }, deploymentStrategy: { strategy: "canary" } }, "said twice"],
    ["variables twice", { variables: {}, config: { variables: {} } }, "said twice"],
    ["null", { restrictions: null }, "is null"],
    ["resources", { config: { computeResources: {} } }, 'there is no "computeResources"'],
    ["a name that cannot be a folder", { name: "Production" }, "an environment's id"],
    ["a strategy with more to it", { deploymentStrategy: { strategy: "canary", weight: 3 } }, 'there is no "weight"'],
  ])("with %s is refused", (_what, change, message) => {
    expect(() => toEnvironmentEdit(given({ name: "production", type: "production", ...change }))).toThrow(message);
  });

  it("that requires approval says so where it is refused", () => {
    const edit = toEnvironmentEdit(given({ name: "production", type: "production", restrictions: { requiresApproval: true } }));
    expect(edit.file).toMatchObject({ restrictions: { requiresApproval: true } });
  });

  it.each([
    ["nothing where nobody says", {}, { type: "canary" }],
    ["nothing of its own where all have it", { strategy: { type: "canary", config: { maxDuration: "1h" } } }, null],
    [
      "what it has",
      { processes: { orders: { strategy: { type: "canary", config: { maxDuration: "2h" } } } } },
      { type: "canary", config: { maxDuration: "2h" } },
    ],
  ])("gives a process %s", (_what, file, expected) => {
    expect(ownStrategy(given({ name: "production", ...file }), "orders", "canary")).toEqual(expected);
  });
});

describe("a command", () => {
  const freeze = { environment: "production", spec: { kind: "freeze" } } as const;

  it("is the command that is meant, with an id of its own where none is given", () => {
    const command = toCommandRequest({ ...freeze, userId: "Ann", reason: " a feast " });
    expect(command).toMatchObject({ ...freeze, by: { name: "Ann", email: null }, why: "a feast" });
    expect(command.id).not.toBe(toCommandRequest(freeze).id);
  });

  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["no wish", { spec: undefined }],
    ["a wish that nobody knows", { spec: { kind: "dance" } }],
    ["a process that no wish of its kind has", { spec: { kind: "freeze", process: "orders" } }],
    ["a reason that is no text", { reason: 5 }],
    ["an id that is no text", { id: 5 }],
  ])("with %s is refused before anybody keeps it", (_what, change) => {
    expect(() => toCommandRequest(given(change && { ...freeze, ...change }))).toThrow(expect.objectContaining({ code: "usage/invalid" }));
  });
});

describe("a person", () => {
  it.each([
    ["Ann <ann@example.com>", { name: "Ann", email: "ann@example.com" }],
    ["Ann Other", { name: "Ann Other", email: null }],
  ])("is %s", (text, person) => {
    expect(personOf(text)).toEqual(person);
  });

  it("is nobody without a name", () => {
    for (const nobody of ["<ann@example.com>", given(5)])
      expect(() => personOf(nobody)).toThrow(expect.objectContaining({ code: "usage/invalid" }));
    expect(personOf(undefined).name).not.toBe("");
  });
});

describe("a controller elsewhere", () => {
  it("must be named", () => {
    expect(() => connectPinion({ url: "" })).toThrow(expect.objectContaining({ code: "usage/invalid" }));
  });

  it("that does not answer is unreachable", async () => {
    const pinion = connectPinion({ url: "http://127.0.0.1:9" });
    await expect(pinion.overview()).rejects.toMatchObject({ code: "controller/unreachable" });
    await expect(pinion.deployment("d")).rejects.toMatchObject({ code: "controller/unreachable" });
  });
});
