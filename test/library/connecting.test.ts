/** `connectPinion` against the API as it is served: with its token, its file, and over its socket. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { connectPinion } from "../../src/library/connected.ts";
import { type HttpServer, startHttp } from "../../src/surfaces/http/listen.ts";
import { createKeptLog } from "../support/log.ts";
import { complete, fixedTokens, orderTaker, token } from "../surfaces/cli/controller.ts";
import { noon, overview } from "../surfaces/http/pictures.ts";

describe("a controller elsewhere", () => {
  let folder: string;
  let server: HttpServer;
  const { commands, command } = orderTaker(() => ({ kind: "done", why: "as you say" }));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pinion-connect-"));
    const about = { log: createKeptLog(), metrics: () => Promise.resolve(""), now: () => noon, uid: 1000 };
    const tcp = { host: "127.0.0.1", port: 0, names: [], tokens: fixedTokens() };
    server = await startHttp({
      ...complete({ overview: () => Promise.resolve(overview()), command }),
      ...about,
      tcp,
      socket: join(folder, "api.sock"),
    });
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await server.close();
    await rm(folder, { recursive: true });
  });

  const url = () => server.url ?? "";
  const names = async (pinion: ReturnType<typeof connectPinion>) => (await pinion.overview()).environments.map(({ name }) => name);
  const all = overview().environments.map(({ name }) => name);

  it("is entered with a token, and with nothing else", async () => {
    expect(await names(connectPinion({ url: url(), token }))).toEqual(all);
    await expect(names(connectPinion({ url: url(), token: "another-token-altogether" }))).rejects.toMatchObject({
      code: "controller/unauthorized",
    });
    await expect(names(connectPinion({ url: url() }))).rejects.toMatchObject({ code: "controller/unauthorized" });
  });

  it("is entered with a file that is read for every request", async () => {
    const file = join(folder, "token");
    await writeFile(file, "an-older-token-of-before\n");
    const pinion = connectPinion({ url: url(), tokenFile: file });
    await expect(names(pinion)).rejects.toMatchObject({ code: "controller/unauthorized" });
    await writeFile(file, `${token}\n`);
    expect(await names(pinion)).toEqual(all);
  });

  it("is entered over its socket without a token, and takes orders there", async () => {
    const pinion = connectPinion({ socket: join(folder, "api.sock") });
    expect(await names(pinion)).toEqual(all);
    await pinion.command({ environment: "production", userId: "Ann", reason: "looking at it", spec: { kind: "freeze" } });
    expect(commands.at(-1)?.by).toMatchObject({ name: "Ann", claimed: "over the socket of uid 1000" });
  });

  it("is found, and entered, by the variables of the environment", async () => {
    vi.stubEnv("PINION_CONTROLLER", url());
    vi.stubEnv("PINION_TOKEN", token);
    expect(await names(connectPinion())).toEqual(all);
  });

  it.each([
    ["its url and its socket", { url: "http://127.0.0.1:1", socket: "/run/pinion.sock" }],
    ["two tokens", { url: "http://127.0.0.1:1", token: "a", tokenFile: "b" }],
  ])("is not named by %s at once", (_what, options) => {
    expect(() => connectPinion(options)).toThrow(expect.objectContaining({ code: "usage/invalid" }));
  });
});
