/** The example repository keeps its own promises: no findings, and everything in it that its README says is in it. */

import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import semver from "semver";
import { afterEach, describe, expect, it } from "vitest";
import { strategyFor } from "../../src/domain/desired/environment.ts";
import { describeFinding } from "../../src/domain/finding.ts";
import type { PinnedVersion, VersionStatus } from "../../src/domain/desired/snapshot.ts";
import { exampleDirectory, findingsOf, readExample } from "./example-repo-reading.ts";

const { versions, catalogue, environments } = await readExample();
const knownBad = versions.filter((version) => version.metadata.tags.includes("known-bad"));
const nameOf = ({ process, version }: { readonly process: string; readonly version: string }): string => `${process} ${version}`;

describe("the example repository", () => {
  it("has no findings, not even warnings", async () => {
    expect((await findingsOf(exampleDirectory)).map(describeFinding)).toEqual([]);
  });

  it("has at least four processes with three versions each", () => {
    expect(catalogue.size).toBeGreaterThanOrEqual(4);
    const poor = [...catalogue.values()].filter((process) => process.versions.size < 3).map((process) => process.process);
    expect(poor).toEqual([]);
  });

  it("shows every status", () => {
    const statuses = new Set([...catalogue.values()].flatMap((process) => [...process.versions.values()].map((entry) => entry.status)));
    expect(statuses).toEqual(new Set<VersionStatus>(["draft", "published", "deprecated", "archived"]));
  });

  it.each(versions.map((version) => ({ name: nameOf(version), version })))(
    "$name says who made it, what changed, and how to check it",
    ({ version }) => {
      expect(version.metadata.author).toMatch(/^team-[a-z-]+$/);
      expect(version.metadata.description).not.toBe("");
      expect(version.metadata.changelog).not.toEqual([]);
      expect(version.metadata.tags).not.toEqual([]);
      expect(version.checks.length).toBeGreaterThanOrEqual(2);
    },
  );

  it.each(versions.map((version) => ({ name: nameOf(version), version })))(
    "$name names nodes of its own or a former version in its changelog",
    ({ version }) => {
      const ids = new Set(
        versions.filter((each) => each.process === version.process).flatMap((each) => each.definition.nodes.map((node) => node.id)),
      );
      const titles = new Set(version.metadata.changelog.flatMap((entry) => entry.affectedComponents));
      for (const component of titles) expect(ids).toContain(component);
    },
  );

  it("has two versions that are bad on purpose, published, honest about it and pinned nowhere", () => {
    expect(knownBad.map(nameOf).sort()).toEqual(["order-intake 1.3.0", "payment-authorise 2.1.0"]);
    for (const bad of knownBad) {
      expect(bad.metadata.description).toContain("Known bad:");
      expect(catalogue.get(bad.process)?.versions.get(bad.version)?.status).toBe("published");
      for (const { pins } of environments.values()) expect(versionOf(pins.get(bad.process))).not.toBe(bad.version);
    }
  });

  it("stays on the machine: core node types only, and no address but the environment's own", () => {
    const core = ["catch", "change", "function", "http in", "http request", "http response", "inject", "switch"];
    const nodes = versions.flatMap((version) => version.definition.nodes);
    expect([...new Set(nodes.map((node) => node.type))].sort()).toEqual(core);
    expect(JSON.stringify(nodes)).not.toMatch(/https?:\/\//);
  });

  it("shows every strategy, and a rollback policy in production", () => {
    const specs = [...environments.values()].flatMap(({ spec }) => spec ?? []);
    const strategies = specs.flatMap((spec) => [spec.strategy.kind, strategyFor(spec, "payment-authorise").kind]);
    expect(new Set(strategies)).toEqual(new Set(["recreate", "rolling", "blue-green", "canary"]));
    const { automatic } = environments.get("production")?.spec?.rollback ?? {};
    expect(automatic).toMatchObject({ enabled: true, triggers: [{ name: "error_rate" }] });
    expect(specs.map(({ validation }) => validation.level).toSorted()).toEqual(["basic", "comprehensive", "extensive"]);
  });

  it.each([...environments.keys()])("pins every process in %s, each with ways in of its own", (name) => {
    const pins = environments.get(name)?.pins ?? new Map<string, PinnedVersion>();
    expect([...pins.keys()].sort()).toEqual([...catalogue.keys()].sort());
    const waysIn = [...pins].flatMap(([process, pin]) => waysInto(process, versionOf(pin)));
    expect(waysIn).toHaveLength(new Set(waysIn).size);
  });

  it.each([...catalogue.keys()])("has %s no older in development than in staging, and no older there than in production", (process) => {
    const [development, staging, production] = ["development", "staging", "production"].map((name) =>
      versionOf(environments.get(name)?.pins.get(process)),
    );
    expect(semver.rsort([production, development, staging].map(String))).toEqual([development, staging, production]);
    expect(development).not.toBe(production);
  });

  it("names an owner for every process and every pins file of production", async () => {
    const owners = await readFile(join(exampleDirectory, "CODEOWNERS"), "utf8");
    for (const { process, owner } of catalogue.values()) {
      expect(owners).toMatch(new RegExp(`^/processes/${process}/ +@shop/${owner}$`, "m"));
      expect(owners).toMatch(new RegExp(`^/environments/production/pins/${owner}.yaml +@shop/${owner} `, "m"));
    }
  });
});

function versionOf(pin: PinnedVersion | undefined): string {
  if (pin === undefined) return "";
  return pin.kind === "runnable" ? pin.summary.version : pin.version;
}

function waysInto(process: string, version: string): readonly string[] {
  const nodes = versions.find((each) => each.process === process && each.version === version)?.definition.nodes ?? [];
  return nodes.flatMap((node) => (node.type === "http in" ? [JSON.stringify([node.config["method"], node.config["url"]])] : []));
}

describe("an edit that the README of the example repository proposes", () => {
  const copies: string[] = [];
  afterEach(async () => {
    await Promise.all(copies.splice(0).map((copy) => rm(copy, { recursive: true, force: true })));
  });

  const orders = "environments/production/pins/team-orders.yaml";
  const payments = "environments/production/pins/team-payments.yaml";
  const warehouse = "environments/production/pins/team-warehouse.yaml";
  const edits = [
    { edit: "deploys", file: orders, before: "order-intake: 1.2.0", after: "order-intake: 1.4.0", found: [] },
    {
      edit: "pins a version that its smoke test refuses",
      file: orders,
      before: "order-intake: 1.2.0",
      after: "order-intake: 1.3.0",
      found: [],
    },
    {
      edit: "pins a version that no check refuses",
      file: payments,
      before: "payment-authorise: 2.0.1",
      after: "payment-authorise: 2.1.0",
      found: [],
    },
    { edit: "moves a schedule", file: warehouse, before: "stock-report: 1.1.0", after: "stock-report: 2.0.0", found: [] },
    {
      edit: "pins a draft that needs more than there is",
      file: orders,
      before: "order-intake: 1.2.0",
      after: "order-intake: 1.5.0",
      found: [`${orders} pin/draft-not-allowed`, "processes/order-intake/versions/1.5.0.yaml dependency/out-of-range"],
    },
    {
      edit: "changes a published version",
      file: "processes/order-intake/versions/1.2.0.yaml",
      before: '"MUG-BLUE": 1250',
      after: '"MUG-BLUE": 1',
      found: ["processes/order-intake/process.yaml version/digest-mismatch"],
    },
  ];

  it.each(edits)("$edit: findings are $found", async ({ file, before, after, found }) => {
    const copy = await mkdtemp(join(tmpdir(), "pinion-example-"));
    copies.push(copy);
    await cp(exampleDirectory, copy, { recursive: true });
    const text = await readFile(join(copy, file), "utf8");
    expect(text).toContain(before);
    await writeFile(join(copy, file), text.replace(before, after));
    expect((await findingsOf(copy)).map((finding) => `${finding.file} ${finding.code}`)).toEqual(found);
  });
});
