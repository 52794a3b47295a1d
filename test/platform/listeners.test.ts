import { createServer, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { isListening, listenersAt } from "../../src/platform/listeners.ts";

const head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
const row = (local: string, state: string, uid: number) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  ${uid}        0 172 1 0000 100 0 0 10 0`;

describe("who takes connections at a port", () => {
  it.each([
    ["loopback", row("0100007F:1F90", "0A", 1001), [1001]],
    ["every address", row("00000000:1F90", "0A", 1002), [1002]],
    ["every address of IPv6, which takes those of IPv4", row("00000000000000000000000000000000:1F90", "0A", 1003), [1003]],
    ["loopback, written as IPv6", row("0000000000000000FFFF00000100007F:1F90", "0A", 1004), [1004]],
    ["nobody: another address", row("0200007F:1F90", "0A", 1001), []],
    ["nobody: another port", row("0100007F:1F91", "0A", 1001), []],
    ["nobody: a connection", row("0100007F:1F90", "01", 1001), []],
  ])("is read from the kernel's table: %s", (_, line, users) => {
    expect(listenersAt(8080, `${head}\n${line}\n`)).toEqual(users);
  });
});

describe.runIf(process.platform === "linux")("a port of this machine", () => {
  let server: Server | null = null;
  afterEach(() => void server?.close());

  it("is this user's while it listens there, and nobody's before", async () => {
    const own = process.getuid?.() ?? -1;
    server = createServer();
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    expect([await isListening(own, port), await isListening(own + 1, port)]).toEqual([true, false]);
    await new Promise((resolve) => server?.close(resolve));
    expect(await isListening(own, port)).toBe(false);
  });
});
