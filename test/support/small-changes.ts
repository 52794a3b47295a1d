/** Random changes of the small repository, and its snapshots made comparable. */

import fc from "fast-check";
import type { Snapshot } from "../../src/domain/desired/snapshot.ts";
import { processText, smallDefinition, smallDigest, versionText } from "./small-repository.ts";

/** Comparable, whatever order maps were filled in. */
export function plain(snapshot: Snapshot): unknown {
  const sorted = <T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    findings: snapshot.findings,
    environments: sorted(snapshot.environments).map(([name, environment]) => [name, { ...environment, pins: sorted(environment.pins) }]),
  };
}

const needs = (name: string, range: string): string => `dependencies:\n  - { type: workflow, name: ${name}, version: "${range}" }\n`;
const pinFile = fc.constantFrom(
  "environments/production/pins/a.yaml",
  "environments/production/pins/b.yaml",
  "environments/staging/pins.yaml",
);
const pinLine = fc.constantFrom(
  "called: 1.0.0",
  "called: 1.1.0",
  "called: 2.0.0",
  "caller: 1.0.0",
  "other: 1.0.0",
  "nobody: 1.0.0",
  "# note",
  "",
  "?",
);
const processFileText = fc.constantFrom(
  processText("called", { "1.0.0": "c100", "1.1.0": "c110", "2.0.0": null }),
  processText("called", { "1.0.0": "c100" }),
  processText("called", { "1.0.0": "x", "1.1.0": "c110" }).replace("published", "archived"),
  "id: called\n",
);
const versionFileText = fc.constantFrom(
  versionText("1.0.0", "c100"),
  versionText("1.0.0", "x"),
  versionText("1.0.0", "c100", needs("caller", "^1.0.0")),
  versionText("1.0.0", "c100", needs("other", ">=2.0.0")),
  "version: [",
);
const environmentText = fc.constantFrom(
  "name: production\ntype: production\n",
  "name: production\ntype: staging\n",
  "name: production\ntype: production\nrestrictions: { allowedVersionTypes: [draft] }\n",
  "name: production\ntype: production\nprocesses: { called: {}, caled: {} }\n",
  "name: production\ntype: production\nvalidation: { healthCheck: { endpoint: /health } }\n",
  "name: x\n",
);
function answeringAt(path: string): string {
  const node = `    - { id: way-in, type: address, config: { path: '${path}' } }\n`;
  return versionText("1.0.0", "c100").replace("  connections:", `${node}  connections:`);
}

function exportAnsweringAt(path: string): string {
  const { nodes, ...rest } = smallDefinition("o100");
  return JSON.stringify({ ...rest, nodes: [...nodes, { id: "way-in", type: "address", config: { path } }] });
}

export const quarantineFile = "environments/production/quarantine.yaml";

export function quarantineText(content: string): string {
  return `quarantine:\n  - { process: called, version: 1.0.0, digest: ${smallDigest(content)}, reason: bad, since: 2026-11-21T10:00:00Z }\n`;
}

/** A file with another content; null: it is gone. */
export const change: fc.Arbitrary<readonly [string, string | null]> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(
      pinFile,
      fc.array(pinLine, { maxLength: 5 }).map((lines) => `${lines.join("\n")}\n`),
    ),
  },
  fc.tuple(fc.constant("processes/called/process.yaml"), processFileText),
  fc.tuple(fc.constant("processes/called/versions/1.0.0.yaml"), versionFileText),
  fc.tuple(
    fc.constantFrom(..."called caller".split(" ").map((process) => `processes/${process}/versions/1.0.0.yaml`)),
    fc.constantFrom("/x", "/x/:id", String.raw`/x/:id(\d+)`, "/X/", "/bad|", "/health").map(answeringAt),
  ),
  fc.tuple(
    fc.constant("processes/other/versions/1.0.0.flow.json"),
    fc.constantFrom("/x/:other", "/x", "/y", "/health").map((path) => exportAnsweringAt(path)),
  ),
  fc.tuple(fc.constant("environments/production/environment.yaml"), environmentText),
  fc.tuple(fc.constant(quarantineFile), fc.constantFrom(quarantineText("c100"), quarantineText("x"), "quarantine: []\n", "?", null)),
  fc.tuple(
    fc.constantFrom("processes/called/process.yaml", "processes/caller/process.yaml", "environments/staging/pins.yaml"),
    fc.constant(null),
  ),
);
