#!/usr/bin/env node
/* oxlint-disable typescript/no-unsafe-call, typescript/no-unsafe-member-access -- no types are read for this file */
import module from "node:module";
import { fileURLToPath } from "node:url";

// Node 22 and newer keep what they compile: beside the program, so that only who may write the program may write that. Where nobody may, nothing is kept.
module.enableCompileCache?.(fileURLToPath(new URL("../dist/.compile-cache", import.meta.url)));
await import("../dist/main.js");
