/** `node --import tsx test/simulation/mutate.ts`: breaks one rule after the other in a copy of the source, and says how soon the simulation noticed. */

import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { type Mutation, mutations } from "./mutations.ts";

const root = join(import.meta.dirname, "../..");
const most = 2_000;

interface Hunt {
  readonly mutation: Mutation;
  /** Null: nothing was noticed. */
  readonly found: string | null;
  readonly runs: number;
}

async function hunt(mutation: Mutation): Promise<Hunt> {
  const copy = mkdtempSync(join(tmpdir(), "pinion-mutation-"));
  try {
    for (const part of [
      "src",
      "schemas",
      "scripts",
      "docs",
      "test/simulation",
      "test/support",
      "test/fakes",
      "package.json",
      "tsconfig.json",
    ])
      cpSync(join(root, part), join(copy, part), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
    apply(mutation, copy);
    return { mutation, ...(await huntIn(copy, mutation.among ?? "")) };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function apply({ what, file, find, put }: Mutation, copy: string): void {
  const path = join(copy, file);
  const text = readFileSync(path, "utf8");
  if (text.split(find).length !== 2) throw new Error(`"${what}" cannot be applied: ${file} does not have its line exactly once`);
  writeFileSync(
    path,
    text.replace(find, () => put),
  );
  // What is described there does nothing before its validators are made.
  if (file.startsWith("src/schemas/")) execFileSync(process.execPath, ["--import", "tsx", "scripts/generate-types.ts"], { cwd: copy });
}

/** A program that falls over has noticed something too. */
function huntIn(copy: string, trouble: string): Promise<Omit<Hunt, "mutation">> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--always-sparkplug", "--import", "tsx", "test/simulation/hunt.ts", String(most), trouble], {
      cwd: copy,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => {
      const last = said.trim().split("\n").at(-1) ?? "";
      if (code === 0) resolve(JSON.parse(last) as Omit<Hunt, "mutation">);
      else reject(new Error(`the simulation fell over: ${said.slice(0, 500)}`));
    });
  });
}

const wanted = process.argv.slice(2);
const queue = mutations.filter(({ what }) => wanted.length === 0 || wanted.some((word) => what.includes(word)));
const count = queue.length;
let unnoticed = 0;

async function work(): Promise<void> {
  for (let mutation = queue.shift(); mutation; mutation = queue.shift()) {
    const { found, runs } = await hunt(mutation);
    if (found === null) unnoticed += 1;
    console.log(
      `${found === null ? "NOT NOTICED" : "noticed    "}  ${String(runs).padStart(5)} runs  ${mutation.what}${found === null ? "" : `: ${found}`}`,
    );
  }
}

await Promise.all(Array.from({ length: availableParallelism() }, work));
console.log(`${count} mutations, ${unnoticed} not noticed`);
process.exitCode = unnoticed > 0 ? 1 : 0;
