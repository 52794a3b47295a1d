"use strict";
/**
 * Keeps a flow that kills its process at the start from taking every other flow down for good: after a start that did not survive,
 * the instance goes back to the flows it last lived with, and after another one to none. Pinion installs what is missing then.
 */

const { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

/** Flows that were started this long ago do not kill at the start. */
const livesAfterMs = 500;
const files = ["flows.json", "flows_cred.json"];

/** Call before Node-RED reads its flows; what it returns is to be told of every start of flows. */
exports.guardStart = function guardStart(userDir) {
  const counter = join(userDir, "starts.json");
  const failed = readCount(counter);
  if (failed > 0) goBack(userDir, failed);
  writeFileSync(counter, String(failed + 1));
  let startedAt = null;
  let survival;
  let quiet;
  const keep = () => copyAll(userDir, ".started", ".good");
  return {
    starting() {
      clearTimeout(quiet);
      if (startedAt !== null && Date.now() - startedAt >= livesAfterMs) keep();
    },
    started() {
      startedAt = Date.now();
      copyAll(userDir, "", ".started");
      quiet = setTimeout(keep, livesAfterMs).unref();
      survival ??= setTimeout(() => writeFileSync(counter, "0"), livesAfterMs).unref();
    },
  };
};

function goBack(userDir, failed) {
  const toGood = failed === 1 && existsSync(join(userDir, `${files[0]}.good`));
  process.stderr.write(
    `${new Date().toISOString()} a start did not survive; going back to ${toGood ? "the flows before" : "no flows at all"}\n`,
  );
  copyAll(userDir, "", ".killed");
  copyAll(userDir, toGood ? ".good" : ".none", "");
}

function readCount(file) {
  try {
    return Number(readFileSync(file, "utf8")) || 0;
  } catch {
    return 0;
  }
}

/** What is not there is not there in the copy either. */
function copyAll(userDir, from, to) {
  for (const name of files) {
    const source = join(userDir, name + from);
    if (existsSync(source)) copyFileSync(source, join(userDir, name + to));
    else rmSync(join(userDir, name + to), { force: true });
  }
}
