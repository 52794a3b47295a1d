/** The token of a gateway's control port, where its controller keeps it: the next controller enters the gateway that runs with it. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { newToken } from "../../../gateway/control.ts";
import { readIdentity } from "../../../gateway/identity.ts";
import { writeDurablySync } from "../../../platform/durable-file.ts";

/** Of the folder `keptIn`; made when there is none. An earlier release has left it with the gateway's identity. */
export function keepToken({ keptIn }: { readonly keptIn: string }): string {
  const file = join(keptIn, "control.token");
  const kept = read(file);
  if (kept !== "") return kept;
  const token = readIdentity(keptIn)?.token ?? newToken();
  writeDurablySync(file, `${token}\n`, 0o600);
  return token;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}
