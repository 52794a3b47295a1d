import { createHash } from "node:crypto";
import { once } from "node:events";
import { type Server, createServer } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { type NodeRedClient, createNodeRedClient } from "../../../../src/adapters/engines/node-red/client.ts";
import { connectRemoteNodeRed } from "../../../../src/adapters/engines/node-red/remote.ts";

const markDigest = createHash("sha256").update("mark").digest("hex");

describe("the admin API's client", () => {
  let server: Server | null = null;
  const seen: { method?: string | undefined; url?: string | undefined; authorization?: string | undefined; body: string }[] = [];

  afterEach(async () => {
    seen.length = 0;
    server?.closeAllConnections();
    server?.close();
    server = null;
  });

  async function clientOf(status: number, body: string, type = "application/json", timeoutMs = 5_000): Promise<NodeRedClient> {
    server = createServer((request, response) => {
      let text = "";
      request.on("data", (chunk) => (text += String(chunk)));
      request.on("end", () => {
        seen.push({ method: request.method, url: request.url, authorization: request.headers.authorization, body: text });
        if (status !== 0) response.writeHead(status, { "content-type": type }).end(body);
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    return createNodeRedClient({ adminUrl: `http://127.0.0.1:${port}/admin`, token: "t0ken", timeoutMs });
  }

  it("sends the token, and the revision it read with what it deploys", async () => {
    const client = await clientOf(200, '{"rev":"2"}');
    expect(await client.deploy({ nodes: [{ id: "a", type: "tab" }], rev: "1" })).toBe("2");
    expect(seen).toEqual([
      { method: "POST", url: "/admin/flows", authorization: "Bearer t0ken", body: '{"rev":"1","flows":[{"id":"a","type":"tab"}]}' },
    ]);
  });

  it("looks the token up again for every call", async () => {
    await clientOf(200, "[]");
    if (server === null) throw new Error("there is no server");
    const { port } = server.address() as { port: number };
    const tokens = ["one", "two"];
    const client = createNodeRedClient({
      adminUrl: `http://127.0.0.1:${port}`,
      token: async () => tokens.shift() ?? "none",
      timeoutMs: 5_000,
    });
    await client.nodeTypes();
    await client.nodeTypes();
    expect(seen.map(({ authorization }) => authorization)).toEqual(["Bearer one", "Bearer two"]);
  });

  it.each([
    ["that knows no checks of ours yet is told a digest of their mark", { checks: [] }, true],
    ["that knows them already is told nothing", { checks: [markDigest] }, false],
    ["of an earlier release is told nothing", {}, false],
  ])("a plugin %s", async (_what, known, isTold) => {
    await clientOf(200, JSON.stringify({ flows: {}, tabs: {}, ...known }));
    if (server === null) throw new Error("there is no server");
    const { port } = server.address() as { port: number };
    const client = createNodeRedClient({ adminUrl: `http://127.0.0.1:${port}`, token: null, timeoutMs: 5_000, checkMark: "mark" });
    await client.state();
    const told = { method: "PUT", url: "/pinion/checks", body: JSON.stringify({ digest: markDigest }) };
    expect(seen.slice(1)).toEqual(isTold ? [expect.objectContaining(told)] : []);
  });

  it("a remote engine is told the mark of our checks, where there is one", async () => {
    await clientOf(200, JSON.stringify({ flows: {}, tabs: {}, checks: [] }));
    if (server === null) throw new Error("there is no server");
    const { port } = server.address() as { port: number };
    const told = () => seen.filter(({ method, url }) => method === "PUT" && url === "/pinion/checks").map(({ body }) => body);
    const ask = (checkMark?: string) =>
      connectRemoteNodeRed({ url: `http://127.0.0.1:${port}/`, token: null, ...(checkMark !== undefined && { checkMark }) })
        .engine.inventory()
        .catch(() => null);
    await ask();
    expect(told()).toEqual([]);
    await ask("mark");
    expect(told()).toContain(JSON.stringify({ digest: markDigest }));
  });

  it("takes 409 as: read again", async () => {
    expect(await (await clientOf(409, '{"code":"version_mismatch"}')).deploy({ nodes: [], rev: "1" })).toBeNull();
  });

  it("takes 404 as: no plugin there", async () => {
    const client = await clientOf(404, "<html>Cannot GET", "text/html");
    expect([await client.state(), await client.starts(), await client.hasNode("x")]).toEqual([null, null, false]);
    expect([await client.changes({ since: null, work: null }), await client.nodesOf(["a"])]).toEqual([null, null]);
  });

  const changes = { flows: { started: 1, failed: 0, why: "" }, rev: "1", mark: "x:1", isWhole: true, tabs: [], work: [] };

  it("asks what has changed since a mark, and reads what a plugin tells", async () => {
    const tabs = [
      { tab: "a", content: "d1", missing: ["a.x"], armedAt: 7 },
      { tab: "b", content: null, missing: null, armedAt: null },
    ];
    const told = { ...changes, life: "x", hasMore: true, tabs, work: [["a", 1, 2, 0]], canSplice: true };
    const client = await clientOf(200, JSON.stringify(told));
    expect(await client.changes({ since: "x:0", work: ["greet"] })).toEqual({
      life: "x",
      started: 1,
      failed: 0,
      why: "",
      rev: "1",
      mark: "x:1",
      isWhole: true,
      hasMore: true,
      canSplice: true,
      tabs,
      work: new Map([["a", { inFlight: 1, counts: { finished: 2, errors: 0 } }]]),
    });
    expect(seen).toMatchObject([{ method: "POST", url: "/admin/pinion/changes", body: '{"since":"x:0","work":["greet"]}' }]);
  });

  it("takes a plugin that does not know its flows just now for one that cannot tell", async () => {
    const client = await clientOf(200, JSON.stringify({ ...changes, rev: null, flows: [] }));
    expect([await client.changes({ since: null, work: [] }), await client.nodesOf([])]).toEqual([null, null]);
  });

  it.each([
    ["no mark", { mark: null }],
    ["no tabs", { tabs: null }],
    ["a tab without a name", { tabs: [{ content: "d" }] }],
    ["a content that is no text", { tabs: [{ tab: "a", content: 1 }] }],
    ["work of nobody", { work: [[1]] }],
    ["work that is no list", { work: [7] }],
  ])("says engine/unreachable when a plugin tells %s", async (_what, odd) => {
    const client = await clientOf(200, JSON.stringify({ ...changes, ...odd }));
    await expect(client.changes({ since: null, work: [] })).rejects.toMatchObject({ code: "engine/unreachable" });
  });

  it("changes single tabs of the revision that it read, and takes 409 as: read again", async () => {
    const wish = { rev: "1", gone: new Set(["a"]), added: [{ id: "b", type: "tab" }] };
    expect(await (await clientOf(200, '{"rev":"2"}')).splice(wish)).toBe("2");
    expect(seen).toMatchObject([{ url: "/admin/pinion/splice", body: '{"rev":"1","gone":["a"],"added":[{"id":"b","type":"tab"}]}' }]);
    expect(await (await clientOf(409, '{"error":"version_mismatch"}')).splice(wish)).toBeNull();
  });

  it("knows no type of a node set that is disabled or did not load", async () => {
    const sets = [
      { types: ["a", "b"], enabled: true },
      { types: ["c"], enabled: false },
      { types: ["d"], enabled: true, err: "missing module" },
    ];
    expect([...(await (await clientOf(200, JSON.stringify(sets))).nodeTypes())]).toEqual(["a", "b"]);
  });

  it.each([
    ["a refusal", 401, "Unauthorized", /answered 401 to GET \/flows: Unauthorized/],
    ["something else's page", 200, "<html>", /no usable flows/],
    ["flows without a list", 200, '{"rev":"1"}', /no usable flows/],
    ["flows without a revision", 200, '{"flows":[]}', /no usable/],
    ["half an answer", 200, '{"rev":', /not JSON/],
  ])("says engine/unreachable with the reason to %s", async (_what, status, body, message) => {
    const client = await clientOf(status, body, body.startsWith("<") ? "text/html" : "application/json");
    await expect(client.flows()).rejects.toMatchObject({ code: "engine/unreachable", message: expect.stringMatching(message) });
  });

  it("gives up on an instance that does not answer, or is not there", async () => {
    const silent = await clientOf(0, "", "", 30);
    await expect(silent.flows()).rejects.toMatchObject({ code: "engine/unreachable" });
    const nowhere = createNodeRedClient({ adminUrl: "http://127.0.0.1:1", token: null, timeoutMs: 5_000 });
    await expect(nowhere.state()).rejects.toMatchObject({ code: "engine/unreachable", message: expect.stringMatching(/does not answer/) });
  });
});
