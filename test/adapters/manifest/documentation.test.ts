/** What the documentation shows can be copied: every YAML block of it is read without a finding. */

import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { parseControllerConfig } from "../../../src/adapters/manifest/operator/controller-config.ts";
import { eventKinds } from "../../support/events.ts";
import { parse } from "./environment/reading.ts";

/** YAML blocks of a page, in order. */
async function blocksOf(page: string): Promise<readonly string[]> {
  const text = await readFile(new URL(`../../../docs/${page}`, import.meta.url), "utf8");
  return [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => block);
}

const pages = await Promise.all(["config-repository.md", "analysis.md", "observability.md"].map(blocksOf));
const blocks = pages.flat();
const isOf =
  (...sections: readonly string[]) =>
  (block: string) =>
    sections.includes(/^(\w+):/m.exec(block.replaceAll(/^#.*\n/gm, ""))?.[1] ?? "");
const environmentBlocks = blocks.filter(isOf("name", "strategy", "validation", "analysis", "rollbackPolicy"));
/** With the first line for a title: whole blocks would fill the screen. */
const titled = (all: readonly string[]) => all.map((block) => [block.split("\n", 1)[0] ?? "", block] as const);
const operatorBlocks = blocks.filter(isOf("metricSources", "notifications", "alertThresholds", "identity"));

describe("the documentation", () => {
  it.each(titled(environmentBlocks))("shows a part of environment.yaml that is right: %s", (_, block) => {
    const lines = block.replaceAll(/^(name|type): .*\n/gm, "");
    expect(parse(lines).findings).toEqual([]);
  });

  it.each(titled(operatorBlocks))("shows a part of pinion.yaml that is right: %s", (_, block) => {
    const text = `repository: { url: "https://git.example.com/shop.git" }\n${block}`;
    expect(parseControllerConfig(text, "pinion.yaml").warnings).toEqual([]);
  });

  it("shows parts of both", () => {
    expect(environmentBlocks.length).toBeGreaterThanOrEqual(5);
    expect(operatorBlocks.length).toBeGreaterThanOrEqual(1);
  });

  it.each(eventKinds)("tells of the event %s, with the type that it has for receivers", async (kind) => {
    const page = await readFile(new URL("../../../docs/observability.md", import.meta.url), "utf8");
    const rows = page.split("\n").filter((line) => line.startsWith("|") && (line.split("|", 2)[1] ?? "").includes(`\`${kind}\``));
    expect(new Set(rows.map((row) => row.includes("`dev.")))).toEqual(new Set([true, false]));
  });
});

describe("the events that pinion.yaml may ask for", () => {
  it.each(eventKinds)("are of every kind: %s", (kind) => {
    const receiver = `{ name: chat, type: slack, url: { env: CHAT_WEBHOOK }, events: [${kind}] }`;
    const text = `repository: { url: "https://git.example.com/shop.git" }\nnotifications: [${receiver}]`;
    expect(parseControllerConfig(text, "pinion.yaml").notifications).toMatchObject([{ events: [kind] }]);
  });
});
