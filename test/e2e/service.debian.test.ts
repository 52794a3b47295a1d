/** The systemd unit: read by systemd's own tools, and its program started as the unit says. Needs systemd's tools and root. */

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const unit = join(root, "deploy/pinion.service");
/** In tenths, of 100: a service that starts processes as other users does not get far below. */
const mostExposure = 43;

it("is taken by systemd without a word", async () => {
  const { stdout, stderr } = await run("systemd-analyze", ["verify", unit]);
  expect(stdout + stderr).toBe("");
});

it("exposes no more than it must", async () => {
  await run("systemd-analyze", ["security", "--offline=true", `--threshold=${mostExposure}`, unit]);
});

it("runs gateway and engines as users of their own, and a new controller finds them again", async () => {
  const scratch = await mkdtemp(join(tmpdir(), "pinion-service-"));
  onTestFinished(() => rm(scratch, { recursive: true, force: true }));
  const { stdout } = await run("bash", [join(root, "test/support/as-service.sh"), root, scratch], { maxBuffer: 16 * 1024 * 1024 });
  const facts = stdout.trim().split("\n");
  const users = (word: string) => facts.filter((fact) => fact.startsWith(`${word} `)).map((fact) => fact.split(" ")[1]);
  expect(users("gateway")).toEqual(["pinion_gateway"]);
  expect(users("worker")).toEqual(["pinion_gateway", "pinion_gateway"]);
  expect(users("production")).toEqual(["pinion-production"]);
  expect(users("development")).toEqual(["pinion-development"]);
  const others = facts.filter((fact) => !/^(?:gateway|worker|production|development) /u.test(fact));
  expect(others).toEqual([
    "isolated 0",
    "folder root 700 /var/lib/pinion",
    "folder root 711 /var/lib/pinion.engines",
    "folder pinion-production 700 /var/lib/pinion.engines/production/node-red-1",
    "engine 0000000000000000 1",
    "leaked 0",
    "adopted",
    "answer 200",
  ]);
}, 480_000);
