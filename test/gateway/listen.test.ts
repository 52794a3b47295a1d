/** A gateway's port that is taken is named, with who else could be meant; one that was only preferred is given up for another. */

import { createServer, type AddressInfo, type Server } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { listen } from "../../src/gateway/listen.ts";

function server(): Server {
  const made = createServer();
  onTestFinished(() => void made.close());
  return made;
}

async function takenPort(): Promise<number> {
  const other = server();
  await new Promise<void>((resolve) => void other.listen(0, "127.0.0.1", resolve));
  return (other.address() as AddressInfo).port;
}

describe("a port that is taken", () => {
  it("is named when it was asked for", async () => {
    const port = await takenPort();
    await expect(listen(server(), { host: "127.0.0.1", port, previous: null })).rejects.toMatchObject({
      code: "system/port-taken",
      message: expect.stringMatching(new RegExp(`port ${port} of 127\\.0\\.0\\.1 is taken \\(EADDRINUSE\\).*ss -ltnp.*gateway\\.port`)),
    });
  });

  it("is given up for another when it was only the one before", async () => {
    const previous = await takenPort();
    expect(await listen(server(), { host: "127.0.0.1", port: 0, previous })).not.toBe(previous);
  });
});
