/**
 * A port for a program that cannot pick one itself. Below those that the system gives to programs that ask for any, since with many tests at a time one of
 * these is soon somebody else's; and by chance, so that two who look at the same moment find different ones.
 */

import { once } from "node:events";
import { createServer } from "node:net";

const [first, count] = [15_000, 17_000];

export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * count);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
