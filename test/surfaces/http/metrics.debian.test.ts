/** Prometheus' own tools read the page and the alert rules of the documentation. Needs promtool (Debian: apt-get install prometheus). */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { metricsView, pageOf } from "../../support/metrics-view.ts";

function promtool(args: readonly string[], input = ""): string {
  const { error, status, stdout, stderr } = spawnSync("/usr/bin/promtool", args, { input, encoding: "utf8" });
  if (error) throw new Error(`promtool is missing: apt-get install -y --no-install-recommends prometheus (${error.message})`);
  return status === 0 ? stderr.trim() : `exit ${status}: ${stdout}${stderr}`;
}

it("promtool reads the page and has nothing to say against it", () => {
  expect(promtool(["check", "metrics"], pageOf(metricsView))).toBe("");
});

it("promtool does complain about what is wrong", () => {
  expect(promtool(["check", "metrics"], pageOf(metricsView).replace('"} 1\n', "} 1\n"))).toContain("exit 1");
});

it("promtool takes the alert rules of docs/observability.md, and each asks for a metric that is there", () => {
  const text = readFileSync(join(import.meta.dirname, "../../../docs/observability.md"), "utf8");
  const rules = /```yaml\n(?<rules>groups:\n[^]*?)```/u.exec(text)?.groups?.["rules"] ?? "";
  const folder = mkdtempSync(join(tmpdir(), "pinion-rules-"));
  try {
    const file = join(folder, "rules.yaml");
    writeFileSync(file, rules);
    expect(promtool(["check", "rules", file])).toBe("");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const page = pageOf(metricsView);
  const asked = [...rules.matchAll(/\bpinion_[a-z_]+/gu)].map(([name]) => name);
  expect(asked.length).toBeGreaterThan(3);
  for (const name of asked) expect(page).toContain(`# TYPE ${name} `);
});
