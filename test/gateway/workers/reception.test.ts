import { type AddressInfo, connect, type Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { createReception } from "../../../src/gateway/workers/reception.ts";
import { logInto, until } from "../../adapters/routers/gateway/setting.ts";

it("hands on as many connections as the gateway may have, answers others, and says so once", async () => {
  const handed: Socket[] = [];
  const logged: string[] = [];
  const pool = { hand: ({ socket }: { readonly socket: Socket }) => void handed.push(socket), connections: () => handed.length };
  const server = createReception({ pool, mostConnections: 2, listener: null, log: logInto(logged) });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const answers: string[] = [];
  const sockets = Array.from({ length: 5 }, () => {
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    socket.on("data", (chunk: Buffer) => answers.push(chunk.toString()));
    socket.on("error", () => undefined);
    // Bytes that nobody reads would make the system cut the answer off.
    socket.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
    return socket;
  });
  onTestFinished(() => {
    for (const socket of [...sockets, ...handed]) socket.destroy();
    server.close();
  });
  await until(() => answers.length === 3);
  expect(handed).toHaveLength(2);
  for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 503 [^]*connection: close[^]*too-many-connections/);
  expect(logged).toHaveLength(1);
  expect(logged[0]).toContain("gateway.limits.connections");
});
