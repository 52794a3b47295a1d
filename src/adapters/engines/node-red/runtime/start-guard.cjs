"use strict";
/**
 * Keeps a flow that kills its process at the start from taking every other flow down for good: after some starts in a row that
 * did not survive, the instance goes back to the flows it last lived with.
 */

const { copyFileSync, existsSync, readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const livesAfterMs = 5_000;
const startsBeforeGoingBack = 2;
const kept = ["flows.json", "flows_cred.json"];

/** Call before Node-RED reads its flows; the function returned is to be called whenever flows were started. */
exports.guardStart = function guardStart(userDir) {
  const file = join(userDir, "starts.json");
  const starts = readStarts(file);
  if (starts >= startsBeforeGoingBack) {
    process.stderr.write(`${new Date().toISOString()} ${starts} starts did not survive; going back to the flows that did\n`);
    copyAll(userDir, ".good", "");
  }
  writeFileSync(file, String(starts + 1));
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      writeFileSync(file, "0");
      copyAll(userDir, "", ".good");
    }, livesAfterMs);
    timer.unref();
  };
};

function readStarts(file) {
  try {
    return Number(readFileSync(file, "utf8")) || 0;
  } catch {
    return 0;
  }
}

function copyAll(userDir, from, to) {
  for (const name of kept) {
    const source = join(userDir, name + from);
    if (existsSync(source)) copyFileSync(source, join(userDir, name + to));
  }
}
