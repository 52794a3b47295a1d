/** Trades a little time for memory: by default V8 lets garbage grow to several times what is in use before it looks for it. */

import { setFlagsFromString } from "node:v8";

/**
 * Garbage is looked for when the heap has grown by 30 % since the last time, and the young generation stays as large as it is now, which
 * saves what `--max-semi-space-size` saves and can be asked for while the program runs. Ask before there is much on the heap.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--heap-growing-percent=30");
  setFlagsFromString("--semi-space-growth-factor=1");
}
