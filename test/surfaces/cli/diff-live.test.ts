/** `pinion diff --live` against a controller's real API on loopback, and what status and history say of the same. */

import { describe, expect, it } from "vitest";
import { PinionError } from "../../../src/domain/errors.ts";
import { type HandEdit, type LiveChanges, recordChanges } from "../../../src/domain/changes/recorded.ts";
import type { Definition } from "../../../src/domain/desired/definition.ts";
import { deployment, noon, overview, process } from "../http/pictures.ts";
import { createControllers } from "./controller.ts";
import { pinion } from "./fake-world.ts";

const controllers = createControllers();
const digest = `sha256-${"aa".repeat(32)}` as const;

function flow(func: string, d?: true): Definition {
  const price = { id: "b2", type: "function", title: "Price the lines", config: { func } };
  return { nodes: [price, { id: "d4", type: "debug", title: "Log", config: { ...(d && { d }) } }], connections: [], config: {} };
}

const changes = recordChanges(flow("msg.total = 1;\nreturn msg;\n"), flow("msg.total = 2;\nreturn msg;\n", true));
const edit: HandEdit = {
  environment: "production",
  process: "order-intake",
  version: "1.4.0",
  digest,
  content: "one",
  seenAt: noon - 60_000,
  undone: null,
  changes,
};
const undone: HandEdit = { ...edit, content: "two", undone: { at: noon - 120_000, deployment: "production.order-intake.1.4.0.x" } };
const none: LiveChanges = { unit: { process: "order-intake", version: "1.4.0", digest }, isInstalled: true, edit: null, earlier: [] };

async function diff(live: LiveChanges, ...argv: readonly string[]) {
  const ask = (environment: string, name: string) =>
    name === "order-intake"
      ? Promise.resolve(live)
      : Promise.reject(new PinionError("process/unknown", `no process is called "${name}" in ${environment}`));
  const controller = await controllers.startWith({ live: ask });
  return pinion(["diff", ...argv, "--live", "--controller", controller]);
}

const lines = [
  '~ function "Price the lines" changed: config.func',
  "    @@ line 1",
  "    - msg.total = 1;",
  "    + msg.total = 2;",
  "      return msg;",
  '~ debug "Log" was disabled',
];

describe("pinion diff --live", () => {
  it("prints what was changed by hand, with the lines of functions, and what was before", async () => {
    const { code, stdout } = await diff({ ...none, edit, earlier: [undone] }, "production/order-intake");
    expect(code).toBe(1);
    expect(stdout.trimEnd().split("\n")).toEqual([
      "order-intake 1.4.0 in production was changed by hand, seen 1m ago",
      "",
      ...lines,
      "",
      "changed by hand before",
      "  1.4.0, undone 2m ago by production.order-intake.1.4.0.x",
      ...lines.map((line) => `    ${line}`),
    ]);
  });

  it("prints JSON with the nodes as they were left, which lead to a new version", async () => {
    const { stdout } = await diff({ ...none, edit }, "production/order-intake", "--format", "json");
    expect(JSON.parse(stdout)).toMatchObject({
      environment: "production",
      process: "order-intake",
      version: "1.4.0",
      isInstalled: true,
      edit: {
        changes: {
          changes: { nodesModified: [{ nodeId: "b2", changes: { config: { func: "msg.total = 2;\nreturn msg;\n" } } }, { nodeId: "d4" }] },
        },
      },
      texts: [{ node: "b2", name: "config.func", lines: expect.arrayContaining(["+ msg.total = 2;"]) }],
    });
  });

  it("ends with 0 when it is as it was installed, and with 1 when it is not installed at all", async () => {
    expect(await diff(none, "production/order-intake")).toMatchObject({
      code: 0,
      stdout: "order-intake 1.4.0 in production is as it was installed\n",
    });
    expect(await diff({ ...none, isInstalled: false }, "production/order-intake")).toMatchObject({
      code: 1,
      stdout: "order-intake 1.4.0 is not installed in production\n",
    });
  });

  it.each<[string, readonly string[], RegExp]>([
    ["a process that is not there", ["production/nothing"], /no process is called "nothing"/],
    ["what is no process", ["flows.json"], /ENVIRONMENT\/PROCESS/],
    ["two arguments", ["production/order-intake", "b.yaml"], /name it alone/],
  ])("ends with 2 for %s", async (_what, argv, message) => {
    const { code, stderr } = await diff(none, ...argv);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  it("without it two files are asked for", async () => {
    expect(await pinion(["diff", "a.yaml"])).toMatchObject({ code: 2, stderr: expect.stringMatching(/two files/) });
  });
});

describe("the same in", () => {
  it("pinion history --id: what it changes, and what it put back", async () => {
    const controller = await controllers.startWith({ history: () => Promise.resolve([{ ...deployment, changes, handEdits: [undone] }]) });
    const { stdout } = await pinion(["history", "--id", deployment.id, "--controller", controller]);
    const shown = lines.map((line) => `  ${line}`);
    expect(stdout.trimEnd().split("\n").slice(-16)).toEqual(["", "changes", ...shown, "", "undid what was changed by hand", ...shown]);
  });

  it("pinion history --id of a deployment that brings the same definition", async () => {
    const same = { impact: null, sentences: [], more: 0, changes: null };
    const controller = await controllers.startWith({ history: () => Promise.resolve([{ ...deployment, changes: same }]) });
    const { stdout } = await pinion(["history", "--id", deployment.id, "--controller", controller]);
    expect(stdout).toContain("changes\n  the definition is the same\n");
  });

  it("pinion status", async () => {
    const edited = process("order-intake", { sync: "OutOfSync", drift: edit });
    const picture = overview({});
    const [first, ...others] = picture.environments;
    const shown = { ...picture, environments: [{ ...first!, processes: [edited] }, ...others] };
    const controller = await controllers.startWith({ overview: () => Promise.resolve(shown) });
    const text = (await pinion(["status", "--controller", controller])).stdout;
    expect(text).toContain("changed by hand in the engine:");
    expect(text).toContain('~ function "Price the lines" changed: config.func');
    const json = JSON.parse((await pinion(["status", "--format", "json", "--controller", controller])).stdout) as {
      environments: { processes: { drift: unknown }[] }[];
    };
    expect(json.environments[0]?.processes[0]?.drift).toMatchObject({ version: "1.4.0", changes: { changes: null } });
  });
});
