/** What people see at 60, 80, 120 and 200 columns: no line is wider than the terminal, and no word is broken. */

import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import type { Overview } from "../../../src/api/views.ts";
import type { Finding } from "../../../src/domain/finding.ts";
import { PinionError } from "../../../src/domain/errors.ts";
import { deployment, fullOverview, noon, overview, process } from "../http/pictures.ts";
import { createControllers } from "./controller.ts";
import { pinion } from "./fake-world.ts";
import { saying } from "../../support/reason.ts";

const controllers = createControllers();
const widths = [60, 80, 120, 200];
const longId = "reconciliation-of-incoming-card-payments";
const sentence =
  "the version cannot be used because its definition names a node that nobody knows, and so it waits until somebody fixes it";

const found: Finding = {
  file: `processes/${longId}/versions/10.20.30.yaml`,
  line: 12_345,
  column: 17,
  pointer: "/a",
  code: "yaml/syntax",
  severity: "error",
  message: sentence,
  hint: `Fix it: ${sentence}.`,
};

const many: Overview = overview({
  environments: fullOverview().environments.map((one) => ({
    ...one,
    findings: [found],
    processes: [
      ...one.processes,
      ...Array.from({ length: 30 }, (_, index) =>
        process(`${longId}-${index}`.slice(-40), {
          desired: "10.20.30",
          actual: [
            { version: "10.20.30", weight: 60 },
            { version: "10.20.29", weight: 40 },
          ],
          reason: saying(sentence),
          sync: "OutOfSync",
          health: "Progressing",
        }),
      ),
    ],
  })),
});

const past = [
  {
    ...deployment,
    process: longId,
    id: `production.${longId}.10.20.30.mi8xj2k1`,
    from: "10.20.29",
    version: "10.20.30",
    reason: saying(sentence),
  },
  { ...deployment, phase: "RolledBack" as const, trigger: "error_rate", reason: saying(sentence) },
];

/** The text as one line: what a wider terminal shows on one. */
function flowing(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\s+/gu, " ");
}

function tooWide(text: string, columns: number): readonly string[] {
  const lines = stripVTControlCharacters(text).split("\n");
  // A word that is wider than the terminal stands alone.
  return lines.filter((line) => Array.from(line).length > columns && line.trim().includes(" "));
}

describe.each(widths)("at %i columns", (columns) => {
  const world = { columns, isTerminal: true, env: { TERM: "dumb", PINION_TOKEN: "a-token-of-the-tests" } };

  it.each([["status"], ["history"], ["history --id x"]])("pinion %s fits", async (words) => {
    const url = await controllers.start(many, words.includes("--id") ? past.slice(0, 1).map((one) => ({ ...one, id: "x" })) : past);
    const { stdout } = await pinion([...words.split(" "), "--controller", url], world);
    expect(stdout.length).toBeGreaterThan(100);
    expect(tooWide(stdout, columns)).toEqual([]);
    for (const word of sentence.split(" ")) expect(flowing(stdout)).toContain(word);
  });

  it("findings and errors fit", async () => {
    const validate = () => Promise.resolve({ findings: [found] });
    const { stdout } = await pinion(["validate"], { ...world, validate });
    const refuse = () =>
      Promise.reject(new PinionError("config/invalid", `pinion.yaml cannot be used:\n${sentence}`, { findings: [found] }));
    const { stderr } = await pinion(["validate"], { ...world, validate: refuse });
    for (const text of [stdout, stderr]) {
      expect(tooWide(text, columns)).toEqual([]);
      expect(flowing(text)).toContain(sentence);
    }
    expect(stderr.match(/names a node/gu)).toHaveLength(2);
  });

  it("a table has its titles on one line, or is none", async () => {
    const url = await controllers.start(many, past);
    for (const command of ["status", "history"]) {
      const { stdout } = await pinion([command, "--controller", url], world);
      const heads = stdout.split("\n").filter((line) => line.includes("PROCESS"));
      expect(heads.filter((head) => !/(?:SYNC|REASON|ID)/u.test(head))).toEqual([]);
    }
  });

  it("an outage fits", async () => {
    const gateway = { state: "down", why: sentence, since: noon, restarts: 0, tampered: 0 } as const;
    const { stdout } = await pinion(["status", "--controller", await controllers.start(overview({ gateway }))], world);
    expect(tooWide(stdout, columns)).toEqual([]);
    expect(flowing(stdout)).toContain(sentence);
  });

  const commands =
    "init validate digest diff plan status why history wait sync rollback pause resume promote abort retry freeze unfreeze recover run down gateway demo completion";

  it.each(commands.split(" "))("pinion %s --help fits, and has an example", async (command) => {
    const { code, stdout } = await pinion([command, "--help"], world);
    expect(code).toBe(0);
    const examples = stdout.slice(stdout.indexOf("\nExamples:\n"));
    expect(examples).toMatch(new RegExp(`^ {2}.*pinion ${command}`, "mu"));
    // Commands to copy stay on one line each.
    expect(tooWide(stdout.slice(0, stdout.indexOf("\nExamples:\n")), columns)).toEqual([]);
  });
});
