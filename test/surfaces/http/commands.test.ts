/** People's commands over the API: what is taken, what is refused, and what a browser cannot send. */

import { describe, expect, it } from "vitest";
import { PinionError } from "../../../src/domain/errors.ts";
import type { CommandResult } from "../../../src/domain/journal/commands.ts";
import { createHttp } from "../../../src/surfaces/http/server.ts";
import { agreeing } from "../../support/api-contract.ts";
import { createKeptLog } from "../../support/log.ts";
import { complete, type ControllerParts, openDoor, orderTaker } from "../cli/controller.ts";
import { ann, noon } from "./pictures.ts";

const path = "/api/v1/environments/production/commands";
/** The name is the caller's word, and what they showed stands beside it. */
const claimed = { ...ann, claimed: "with the token of uid 1000" };
const pause = { by: ann, reason: "looking", spec: { kind: "pause", process: "order-intake" } };

function api(parts: ControllerParts) {
  return agreeing(
    createHttp({ entrance: openDoor(), ...complete(parts), log: createKeptLog(), metrics: () => Promise.resolve(""), now: () => noon }),
  );
}

const post = (app: ReturnType<typeof api>, payload: unknown, headers: Record<string, string> = {}) =>
  app.inject({
    method: "POST",
    url: path,
    headers: { host: "127.0.0.1", "content-type": "application/json", ...headers },
    payload: typeof payload === "string" ? payload : JSON.stringify(payload),
  });

describe("a command", () => {
  it("reaches the controller whole, with environment and time", async () => {
    const { commands, command } = orderTaker(() => ({ kind: "done", why: "paused at 40 %" }));
    const answer = await post(api({ command }), { id: "o-1", ...pause });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ id: "o-1", kind: "done", why: "paused at 40 %", at: "2026-11-21T12:00:00.000Z" });
    expect(commands).toEqual([
      { id: "o-1", environment: "production", by: claimed, why: "looking", at: noon, spec: { kind: "pause", process: "order-intake" } },
    ]);
  });

  it.each([
    [
      { kind: "rollback", process: "a" },
      { kind: "rollback", process: "a", to: null },
    ],
    [
      { kind: "rollback", process: "a", to: "1.2.3-rc.1+b" },
      { kind: "rollback", process: "a", to: "1.2.3-rc.1+b" },
    ],
    [
      { kind: "promote", process: "a" },
      { kind: "promote", process: "a", isFull: false },
    ],
    [
      { kind: "promote", process: "a", isFull: true },
      { kind: "promote", process: "a", isFull: true },
    ],
    [
      { kind: "recover", process: "a" },
      { kind: "recover", process: "a" },
    ],
    [{ kind: "freeze" }, { kind: "freeze" }],
  ])("takes %j", async (spec, understood) => {
    const { commands, command } = orderTaker(() => ({ kind: "done", why: "" }));
    expect((await post(api({ command }), { ...pause, spec })).statusCode).toBe(200);
    expect(commands.map((one) => one.spec)).toEqual([understood]);
  });

  it("without an id gets one of its own, each time another", async () => {
    const { commands, command } = orderTaker(() => ({ kind: "done", why: "" }));
    const app = api({ command });
    await post(app, pause);
    await post(app, { ...pause, id: null });
    expect(new Set(commands.map(({ id }) => id)).size).toBe(2);
  });

  it("that is refused says why and what to do, with 409", async () => {
    const { command } = orderTaker(() => ({ kind: "refused", why: "nothing is under way" }));
    const answer = await post(api({ command }), { id: "o-2", ...pause });
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toMatchObject({
      code: "command/refused",
      message: "nothing is under way",
      hint: expect.stringContaining("pinion status"),
      id: "o-2",
      kind: "refused",
      why: "nothing is under way",
    });
  });

  it("that nobody has decided about is accepted, and can be asked for", async () => {
    const results = new Map<string, CommandResult>();
    const app = api({
      command: () => Promise.reject(new PinionError("command/unanswered", "no pass came")),
      result: (environment, id) => Promise.resolve(results.get(`${environment} ${id}`) ?? null),
    });
    const accepted = await post(app, { id: "o-3", ...pause });
    expect(accepted.statusCode).toBe(202);
    const ask = () => app.inject({ url: String(accepted.headers["location"]), headers: { host: "127.0.0.1" } });
    expect((await ask()).statusCode).toBe(202);
    results.set("production o-3", { id: "o-3", kind: "done", why: "paused", at: noon });
    expect((await ask()).json()).toMatchObject({ id: "o-3", kind: "done", why: "paused" });
  });

  it("for what is not there is refused with 404", async () => {
    const app = api({ command: () => Promise.reject(new PinionError("process/unknown", "no process is called x")) });
    expect((await post(app, pause)).json()).toMatchObject({ code: "process/unknown" });
  });
});

describe("no command is given", () => {
  it.each<[string, unknown, string]>([
    ["with no name", { ...pause, by: { name: " ", email: null } }, "/by/name: expected 1 to 200 characters"],
    ["by nobody", { ...pause, by: undefined }, "/by: expected an object with the name"],
    ["with another word for process", { ...pause, spec: { kind: "pause", proces: "a" } }, "/spec/process: expected"],
    ["with a word too many", { ...pause, spec: { kind: "pause", process: "a", to: "1.0.0" } }, 'there is no "to"'],
    ["with a word too many outside", { ...pause, force: true }, 'there is no "force"'],
    ["of another kind", { ...pause, spec: { kind: "explode", process: "a" } }, '/spec/kind: expected "pause" or'],
    [
      "for a process that cannot be one",
      { ...pause, spec: { kind: "pause", process: "../a" } },
      "/spec/process: expected 1 to 200 letters, digits",
    ],
    ["for a whole environment by a word for a process", { ...pause, spec: { kind: "freeze", process: "a" } }, 'there is no "process"'],
    ["with an id that is none", { ...pause, id: "a b" }, "/id: expected 1 to 100"],
    ["with a very long reason", { ...pause, reason: "x".repeat(2001) }, "/reason: expected at most 2000 characters"],
    ["with half a JSON", "{", ""],
    ["with no object", "[]", "/: expected an object"],
    ["with a prototype in it", '{"__proto__": {"x": 1}}', "not valid JSON"],
  ])("%s", async (_what, body, message) => {
    const { commands, command } = orderTaker(() => ({ kind: "done", why: "" }));
    const answer = await post(api({ command }), body);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: "usage/invalid", message: expect.stringContaining(message) });
    expect(commands).toEqual([]);
  });

  it.each([
    ["a form", { "content-type": "application/x-www-form-urlencoded" }, 415],
    ["text", { "content-type": "text/plain" }, 415],
    ["a page elsewhere", { origin: "https://evil.example" }, 403],
    ["a name that leads here", { host: "evil.example" }, 403],
  ])("by %s", async (_what, headers, status) => {
    const { commands, command } = orderTaker(() => ({ kind: "done", why: "" }));
    expect((await post(api({ command }), pause, headers)).statusCode).toBe(status);
    expect(commands).toEqual([]);
  });

  it("with a body that has no end", async () => {
    const { commands, command } = orderTaker(() => ({ kind: "done", why: "" }));
    expect((await post(api({ command }), { ...pause, reason: "x".repeat(70_000) })).statusCode).toBe(413);
    expect(commands).toEqual([]);
  });
});
