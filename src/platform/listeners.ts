/** Who listens on the ports of this machine, as Linux reports: a token must be sent only to the process that it is meant for. */

import { readFile } from "node:fs/promises";

/** True when only this user takes connections to 127.0.0.1 at this port, and somebody does; also where the system does not tell. */
export async function isListening(uid: number, port: number): Promise<boolean> {
  const tables = await Promise.all(["/proc/net/tcp", "/proc/net/tcp6"].map((file) => readFile(file, "utf8").catch(() => null)));
  const known = tables.filter((table) => table !== null);
  if (known.length === 0) return true;
  const users = known.flatMap((table) => listenersAt(port, table));
  return users.length > 0 && users.every((each) => each === uid);
}

/** The users of the sockets in a table of the kernel's that take connections to 127.0.0.1 at this port. */
export function listenersAt(port: number, table: string): readonly number[] {
  const place = port.toString(16).toUpperCase().padStart(4, "0");
  return table.split("\n").flatMap((line) => {
    const [, local = "", , state, , , , uid] = line.trim().split(/\s+/);
    const [address = "", at] = local.split(":");
    return at === place && state === listening && takesLoopback.has(address) ? [Number(uid)] : [];
  });
}

const listening = "0A";

/** 127.0.0.1 and every address, of both families, as machines of either byte order write them. */
const takesLoopback = new Set([
  "0100007F",
  "7F000001",
  "0".repeat(8),
  "0".repeat(32),
  "0000000000000000FFFF00000100007F",
  "00000000000000000000FFFF7F000001",
]);
