/** The API's client meets servers that are no controllers. */

import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { listProcesses, summarise } from "../../src/api/listing.ts";
import { overviewJson } from "../../src/api/json.ts";
import { createControllerClient } from "../../src/api/client.ts";
import { startHttp } from "../../src/surfaces/http/listen.ts";
import { httpCallerContract, token as secret } from "../contracts/http-caller.ts";
import { createKeptLog } from "../support/log.ts";
import { complete, fixedTokens, token } from "../surfaces/cli/controller.ts";
import { ann, deployment, fullOverview, noon, overview, process } from "../surfaces/http/pictures.ts";
import { saying } from "../support/reason.ts";

const hostile = { timeoutMs: 200, largestBodyBytes: 64 * 1024 * 1024, code: null } as const;

httpCallerContract("the API's client", {
  ...hostile,
  open: async ({ url }, timeoutMs) => {
    const client = createControllerClient({ url, socket: null, token: async () => secret, timeoutMs });
    return { ask: () => client.overview({}), close: async () => undefined };
  },
});

const folder = mkdtempSync(join(tmpdir(), "pinion-socket-"));
const sockets: string[] = [];
afterAll(() => rmSync(folder, { recursive: true }));

httpCallerContract("the API's client, over a socket", {
  ...hostile,
  socket: () => join(folder, String(sockets.push(""))),
  open: async (_server, timeoutMs) => {
    const socket = join(folder, String(sockets.length));
    const client = createControllerClient({ url: "http://localhost", socket, token: async () => null, timeoutMs });
    return { ask: () => client.overview({}), close: async () => undefined };
  },
});

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serverThat(answers: RequestListener): Promise<string> {
  const server = createServer(answers);
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("the client", () => {
  it.each([
    ["at rest", overview()],
    ["with everything under way that there can be", fullOverview()],
  ])("gets back what the controller knows, whole, %s", async (_when, picture) => {
    const parts = complete({ overview: () => Promise.resolve(picture), history: () => Promise.resolve([deployment]) });
    const about = { log: createKeptLog(), metrics: () => Promise.resolve(""), now: () => noon };
    const tcp = { host: "localhost", port: 0, names: [], tokens: fixedTokens() };
    const server = await startHttp({ tcp, socket: null, uid: 1000, ...parts, ...about });
    try {
      const client = createControllerClient({ url: `${server.url}/`, socket: null, token: () => Promise.resolve(token) });
      expect(await client.overview({})).toEqual({ ...picture, now: noon });
      expect(await client.processes({ limit: 1000 })).toEqual(listProcesses(picture, { limit: 1000 }));
      expect(await client.summary()).toMatchObject(summarise(picture.environments.flatMap(({ processes }) => processes)));
      expect(await client.history({ limit: 1 })).toEqual([deployment]);
      expect(await client.deployment(deployment.id)).toEqual(deployment);
    } finally {
      await server.close();
    }
  });

  it.each<[string, number, string, string]>([
    ["text", 200, "hello", "does not answer like a controller: /: expected an object"],
    ["a list", 200, "[]", "does not answer like a controller: /: expected an object"],
    ["objects in objects without end", 200, '{"a":'.repeat(2_000), "does not answer like a controller: /: expected an object"],
    ["other JSON", 200, "{}", "does not answer like a controller: /now: expected a time such as"],
    [
      "another answer",
      200,
      JSON.stringify({ ...overviewJson(overview()), findings: [{}] }),
      "does not answer like a controller: /findings/0/file: expected a text",
    ],
    ["an error page", 502, "<h1>Bad gateway</h1>", "answered 502"],
    [
      "a long error with what a terminal obeys",
      418,
      JSON.stringify({ code: "x", message: `\u001b[2J${"x ".repeat(9_000)}` }),
      "answered 418: \\u001b[2Jx x",
    ],
    ["an error of its own", 418, '{"code":"tea/pot","message":"short and stout"}', "answered 418: short and stout"],
  ])("says so when it gets %s", async (_what, ...[status, body, message]) => {
    const url = await serverThat((_request, response) => response.writeHead(status).end(body));
    const asked = createControllerClient(url).overview({});
    await expect(asked).rejects.toMatchObject({ code: "controller/failed", message: expect.stringContaining(message) });
  });

  it("shortens a reason that is longer than any controller gives", async () => {
    const [long, { environments, ...rest }] = ["x ".repeat(100_000), fullOverview()];
    const picture = {
      ...rest,
      environments: environments.map((each) => ({ ...each, processes: [process("a", { reason: saying(long) })] })),
    };
    const url = await serverThat((_request, response) => response.end(JSON.stringify(overviewJson(picture))));
    const { environments: read } = await createControllerClient(url).overview({});
    expect(read[0]?.processes[0]?.reason.text).toHaveLength(10_000);
  });

  it("reads no further than any controller answers", async () => {
    const chunk = Buffer.alloc(1024 * 1024, " ");
    let sent = 0;
    const url = await serverThat((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && sent < 1_000) {
          sent += 1;
          if (!response.write(chunk)) return void response.once("drain", more);
        }
      };
      more();
    });
    const asked = createControllerClient(url).overview({});
    await expect(asked).rejects.toMatchObject({ code: "controller/failed", message: expect.stringContaining("longer than 64 MiB") });
    expect(sent).toBeLessThan(200);
  });

  it("takes over errors of the catalogue", async () => {
    const url = await serverThat((_request, response) => response.writeHead(503).end('{"code":"git/unreachable","message":"no route"}'));
    await expect(createControllerClient(url).history({})).rejects.toMatchObject({ code: "git/unreachable", message: "no route" });
  });

  it("follows nobody elsewhere", async () => {
    const elsewhere = await serverThat((_request, response) => response.end('{"deployments":[]}'));
    const url = await serverThat((_request, response) => response.writeHead(302, { location: elsewhere }).end());
    await expect(createControllerClient(url).history({})).rejects.toMatchObject({ code: "controller/unreachable" });
  });

  it("sends and shows no password of its address", async () => {
    const asked = createControllerClient("http://ann:s3cret@127.0.0.1:9").overview({});
    await expect(asked).rejects.toMatchObject({ code: "controller/unreachable", message: expect.not.stringContaining("s3cret") });
  });

  it("asks for exactly the deployment named", async () => {
    const asked: (string | undefined)[] = [];
    const url = await serverThat((request, response) => {
      asked.push(request.url);
      response.writeHead(404).end("{}");
    });
    await expect(createControllerClient(url).deployment("a/../b?c")).rejects.toMatchObject({ code: "controller/failed" });
    expect(asked).toEqual(["/api/v1/deployments/a%2F..%2Fb%3Fc"]);
  });

  const given = { id: "o-1", by: ann, reason: "", spec: { kind: "pause", process: "a" } } as const;

  it.each<[string, number, string, unknown]>([
    ["done", 200, '{"id":"o-1","kind":"done","why":"paused","at":"2026-11-21T12:00:00.000Z"}', { kind: "done", why: "paused", at: noon }],
    [
      "refused",
      409,
      '{"code":"command/refused","message":"no","hint":"","id":"o-1","kind":"refused","why":"no","at":"2026-11-21T12:00:00.000Z"}',
      { kind: "refused", why: "no" },
    ],
    ["not decided about yet", 202, '{"id":"o-1"}', null],
  ])("takes a command that is %s as an answer", async (_what, ...[status, body, answer]) => {
    const url = await serverThat((_request, response) => response.writeHead(status).end(body));
    const client = createControllerClient(url);
    for (const asked of [await client.command("e", given), await client.commandResult("e", "o-1")]) {
      if (answer === null) expect(asked).toBeNull();
      else expect(asked).toMatchObject(answer as object);
    }
  });

  it("takes other refusals of a command as errors", async () => {
    const url = await serverThat((_request, response) => response.writeHead(404).end('{"code":"process/unknown","message":"none"}'));
    await expect(createControllerClient(url).command("e", given)).rejects.toMatchObject({ code: "process/unknown", message: "none" });
  });
});
