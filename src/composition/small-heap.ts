/** Trades a little time for memory: by default V8 lets garbage grow to several times what is in use before it looks for it. */

import { setFlagsFromString } from "node:v8";

/** Garbage is looked for when the heap has grown by 30 % since the last time. Ask before there is much on it. */
export function keepHeapSmall(): void {
  setFlagsFromString("--heap-growing-percent=30");
}
