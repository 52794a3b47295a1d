/** The program of a gateway's standby, which the gateway starts. */

import { readFileSync } from "node:fs";
import type { Inheritance } from "../gateway/workers/standby.ts";
import { waitAsStandby } from "../gateway/workers/wait-as-standby.ts";
import { createLog } from "../adapters/system/system.ts";

if (process.send === undefined) {
  process.stderr.write("this is a part of `pinion gateway`, which starts it\n");
  process.exit(2);
}

// Both are of one release, and nobody else can write there.
const inheritance = JSON.parse(readFileSync(0, "utf8")) as Inheritance;
waitAsStandby(inheritance, createLog("info", "gateway"));
