/** A child process for tests: opens the store in its first argument, says so, then appends records as fast as it can, telling each that was acknowledged. */

import { openStore } from "../../../../src/adapters/store/sqlite/store.ts";
import { PinionError } from "../../../../src/domain/errors.ts";
import { event, install, opening, row, decision } from "../../../support/journal-values.ts";

const [directory = "", mode = "hold"] = process.argv.slice(2);
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  const store = openStore({ directory, log: silent });
  say("open");
  if (mode === "hold") setInterval(() => undefined, 1000);
  else await append(store.journal);
} catch (error) {
  say(error instanceof PinionError ? `${error.code} ${error.message}` : String(error));
}

async function append(journal: ReturnType<typeof openStore>["journal"]): Promise<void> {
  for (let number = 0; ; number += 1) {
    const name = `p${number}`;
    const deployments = [opening("production", name, `d${number}`)];
    const owed = new Map([[name, [install(name)]]]);
    await journal.record(decision("production", { processes: [row(name)], owed, deployments, events: [event(`e${number}`)] }));
    say(`acknowledged ${number}`);
    if (number % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}
