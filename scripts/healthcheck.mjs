/**
 * Asks the controller of this machine whether it is well: exit code 0 when its /healthz answers 200, else 1. Its address is in
 * controller.json of the state folder, PINION_STATE.
 */

import { readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";

try {
  const { url, socket } = JSON.parse(readFileSync(join(process.env.PINION_STATE ?? ".pinion", "controller.json"), "utf8"));
  const { status, text } = await ask(url === null ? { socketPath: socket, path: "/healthz" } : new URL("/healthz", url));
  console.log(`${status} ${text.trim()}`);
  process.exitCode = status === 200 ? 0 : 1;
} catch (error) {
  console.log(`the controller does not answer: ${error.message}`);
  process.exitCode = 1;
}

/** No token is needed to ask this. */
function ask(where) {
  return new Promise((resolve, reject) => {
    const asked = request(where, { signal: AbortSignal.timeout(4000) }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (piece) => (text += piece));
      answer.on("end", () => resolve({ status: answer.statusCode, text }));
    });
    asked.on("error", reject).end();
  });
}
