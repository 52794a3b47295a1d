/** The name of this installation, by which its flows are told from those of others on the same engine. Lives as long as the state folder. */

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeDurablySync } from "../platform/durable-file.ts";

/** Made when it is first asked for. It stands beside the journal, so that a lost journal does not make strangers of our own flows. */
export function readInstallation(stateDirectory: string): string {
  const file = join(stateDirectory, "installation");
  const known = read(file);
  if (known !== "") return known;
  const made = randomUUID();
  writeDurablySync(file, `${made}\n`, 0o600);
  return made;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return "";
  }
}
