/**
 * Three kinds of tests are run by `npm test`, side by side: those with real processes and the whole program wait half of the time, in which the fast ones compute. Three more are left to
 * `.ci/run`: `long` starts whole installations again and again, or waits for what hangs; `debian` needs programs of Debian's, such as a Prometheus server, which not every machine has; `load` takes minutes. Limits of time only
 * catch what hangs.
 */

import { readFileSync } from "node:fs";
import { availableParallelism, freemem, loadavg } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const cores = Math.max(2, availableParallelism());

/** One worker, with the controller, the gateway and the engines of an installation. */
const bytesOfWorker = 1024 ** 3;

/**
 * Half of the workers wait at any time. Where others keep the machine busy, the share of it that the tests get grows with their
 * workers: half as many more as others want to run, as far as the memory that is free holds them.
 */
function workersBeside(others: number): number {
  const wanted = 2 * cores + Math.round(Math.max(0, others - cores) / 2);
  return Math.max(2 * cores, Math.min(wanted, 6 * cores, Math.floor(freemem() / bytesOfWorker)));
}

/** Others, now and in the last minute: what an installation has just left behind in the average wants to run no more. */
function whoWantsToRun(): number {
  const [average = 0] = loadavg();
  try {
    const running = /^\S+ \S+ \S+ (\d+)\//u.exec(readFileSync("/proc/loadavg", "utf8"))?.[1];
    return running === undefined ? average : Math.min(average, Number(running) - 1);
  } catch {
    return average;
  }
}

/** The projects that the command line names; none: all of them. */
const asked = process.argv.flatMap((argument, index, all) => {
  if (argument === "--project") return all[index + 1] ?? [];
  return argument.startsWith("--project=") ? argument.slice("--project=".length) : [];
});

/** Fast tests alone never wait: more workers than cores would only load the same modules once more each. */
const areFastAlone = asked.length > 0 && asked.every((name) => name === "unit");

/** The same for all that `npm test` runs, or they would run one kind after the other. */
const sideBySide = { maxWorkers: areFastAlone ? cores : workersBeside(whoWantsToRun()), sequence: { groupOrder: 0 } };

/** Catches only what hangs, on the busiest machine too: the waits of the tests themselves end a little earlier, and say what for. */
const longestMs = 1_800_000;

/** Files share a process, and with it the modules that it has loaded; the setup file finds out who leaves something behind there. */
const sharing = { pool: "forks" as const, isolate: false, setupFiles: ["test/support/leaves-nothing.ts"] };

/** These run what is built, as users do. */
const onBuilt = { globalSetup: ["scripts/build.mjs"] };

/** What takes longest begins first, so that no worker is left alone with it: the whole program, then real processes. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const of = (name: string) => sorted.filter(({ project }) => project.name === name);
    const others = sorted.filter(({ project }) => !["e2e", "real"].includes(project.name));
    return [...of("e2e"), ...of("real"), ...others];
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    // What is compiled is kept in node_modules, by its content.
    experimental: { fsModuleCache: true },
    projects: [
      {
        test: {
          ...sharing,
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/**/*.real.test.ts", "test/**/*.debian.test.ts", "test/**/*.long.test.ts", "test/e2e/**", "test/load/**"],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          ...sideBySide,
        },
      },
      {
        test: {
          ...sharing,
          ...onBuilt,
          name: "real",
          include: ["test/**/*.real.test.ts"],
          testTimeout: longestMs,
          hookTimeout: longestMs,
          ...sideBySide,
        },
      },
      {
        test: {
          ...sharing,
          ...onBuilt,
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          exclude: ["test/**/*.debian.test.ts", "test/**/*.long.test.ts"],
          testTimeout: longestMs,
          hookTimeout: longestMs,
          ...sideBySide,
        },
      },
      {
        test: {
          ...onBuilt,
          pool: "forks",
          name: "long",
          include: ["test/**/*.long.test.ts"],
          testTimeout: longestMs,
          hookTimeout: longestMs,
          maxWorkers: 2 * cores,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...onBuilt,
          pool: "forks",
          name: "debian",
          include: ["test/**/*.debian.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          ...onBuilt,
          pool: "forks",
          name: "load",
          include: ["test/load/**/*.test.ts"],
          testTimeout: 1_200_000,
          hookTimeout: 600_000,
          // One load at a time: they would slow each other down.
          maxWorkers: 1,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
