/** Trades a little time for memory: by default V8 lets garbage grow to several times what is in use before it looks for it. */

import { setFlagsFromString } from "node:v8";

/** Milliseconds in which nearly all that is made stays in use, so that looking for garbage often would be a fifth of the work. */
const startMs = 10_000;

/**
 * Garbage is looked for when the heap has grown by 30 % since the last time, while a controller starts when it has doubled; and the young
 * generation stays as large as it is now, which saves what `--max-semi-space-size` saves and can be asked for while the program runs. Ask
 * before there is much on the heap.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--heap-growing-percent=100");
  setFlagsFromString("--semi-space-growth-factor=1");
  setTimeout(() => setFlagsFromString("--heap-growing-percent=30"), startMs).unref();
}
