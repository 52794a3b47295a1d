/** A world for the command line that remembers what was printed and answers what a test says. */

import type { CliWorld } from "../../../src/surfaces/cli/terminal/world.ts";
import { token } from "./controller.ts";
import { runCli } from "../../../src/surfaces/cli/cli.ts";

export const now = Date.UTC(2026, 10, 21, 12, 0, 0);

function unasked(name: string) {
  return (): never => {
    throw new Error(`${name} was not expected to be asked`);
  };
}

/** Everything that a test does not say throws when it is asked. */
export function fakeWorld(parts: Partial<CliWorld>): CliWorld {
  return {
    stdout: { write: () => true },
    stderr: { write: () => true },
    env: { PINION_TOKEN: token },
    cwd: "/work-place",
    isTerminal: false,
    columns: null,
    rows: null,
    pinionVersion: "9.8.7",
    now: () => now,
    sleep: unasked("sleep"),
    onResize: unasked("onResize"),
    onKey: null,
    catchInterrupts: () => ({ signal: new AbortController().signal, release: () => undefined }),
    userName: unasked("userName"),
    randomId: unasked("randomId"),
    git: unasked("git"),
    run: unasked("run"),
    down: unasked("down"),
    gateway: unasked("gateway"),
    demo: unasked("demo"),
    validate: unasked("validate"),
    digests: unasked("digests"),
    readVersionFile: unasked("readVersionFile"),
    openRepository: unasked("openRepository"),
    controllerAddress: unasked("controllerAddress"),
    digestOfFile: unasked("digestOfFile"),
    ...parts,
  };
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Time that passes only while somebody sleeps. */
export function fakeTime() {
  let at = now;
  return {
    now: () => at,
    sleep(ms: number) {
      at += ms;
      return Promise.resolve();
    },
  };
}

/** Runs `pinion` with these arguments in a world with these parts. */
export async function pinion(argv: readonly string[], parts: Partial<CliWorld> = {}): Promise<Outcome> {
  const printed = { stdout: "", stderr: "" };
  const keep = (name: "stdout" | "stderr") => ({
    write(text: string) {
      printed[name] += text;
    },
  });
  const code = await runCli(argv, fakeWorld({ stdout: keep("stdout"), stderr: keep("stderr"), ...parts }));
  return { code, ...printed };
}
