/** The name of this installation, by which its flows are told from those of others on the same engine. Lives as long as the state folder. */

import { randomUUID } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Made when it is first asked for. It stands beside the journal, so that a lost journal does not make strangers of our own flows. */
export async function readInstallation(stateDirectory: string): Promise<string> {
  const file = join(stateDirectory, "installation");
  const known = await readFile(file, "utf8").catch(() => "");
  if (known.trim() !== "") return known.trim();
  const made = randomUUID();
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
  await writeFile(file, `${made}\n`, { mode: 0o600 });
  return made;
}
