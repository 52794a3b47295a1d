/**
 * The unit tests of one worker share a process and the modules that it has loaded, which halves their cost. So each file leaves the process as
 * it found it; one that does not fails here, and not the innocent file that comes after it.
 */

import { isDeepStrictEqual } from "node:util";
import { afterAll, expect, vi } from "vitest";

/** By name. Values are compared and never shown: an environment holds secrets. */
const stateOfProcess = (): Readonly<Record<string, unknown>> => ({
  "the working directory": process.cwd(),
  "fake timers": vi.isFakeTimers(),
  ...prefixed("variable", process.env),
  ...prefixed(
    "global",
    Object.fromEntries(Object.getOwnPropertyNames(globalThis).map((name) => [name, typeof Reflect.get(globalThis, name)])),
  ),
  ...prefixed("listeners of", Object.fromEntries(process.eventNames().map((event) => [String(event), process.listenerCount(event)]))),
});

const prefixed = (kind: string, values: object) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${kind} ${name}`, value]));

const found = stateOfProcess();

afterAll(() => {
  const left = stateOfProcess();
  const names = [...new Set([...Object.keys(found), ...Object.keys(left)])];
  expect(
    names.filter((name) => !isDeepStrictEqual(found[name], left[name])),
    "what this file leaves behind in the process",
  ).toEqual([]);
});
