/**
 * Three kinds of tests, one after the other: fast ones, ones with real processes, and the whole program. Two more are left out by `npm test` and run
 * by `.ci/run`: `debian` needs programs of Debian's, such as a Prometheus server, which not every machine has; `load` takes minutes. Limits of time only
 * catch what hangs.
 */

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/**/*.real.test.ts", "test/**/*.debian.test.ts", "test/e2e/**", "test/load/**"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Files share a process, and with it the modules that it has loaded; the setup file finds out who leaves something behind there.
          pool: "forks",
          isolate: false,
          setupFiles: ["test/support/leaves-nothing.ts"],
          // By default one core stays idle, which is half of a small machine.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "real",
          include: ["test/**/*.real.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          pool: "forks",
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          exclude: ["test/**/*.debian.test.ts"],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          pool: "forks",
          // Most of the time they wait.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "debian",
          include: ["test/**/*.debian.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          pool: "forks",
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: "load",
          include: ["test/load/**/*.test.ts"],
          testTimeout: 1_200_000,
          hookTimeout: 600_000,
          pool: "forks",
          // One load at a time: they would slow each other down.
          maxWorkers: 1,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
