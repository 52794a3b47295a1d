/** A controller that runs elsewhere, over its HTTP API. What it deploys is what is merged: here people look at it and give it commands. */

import { setTimeout as sleep } from "node:timers/promises";
import { PinionError } from "../domain/errors.ts";
import type { CommandResult } from "../domain/journal/commands.ts";
import type { Clock } from "../ports/clock.ts";
import { type ControllerClient, createControllerClient } from "../api/client.ts";
import { readTokenFile, targetOf, tokenFrom } from "../api/target.ts";
import { orThrow, toCommandRequest, until } from "./asking.ts";
import { toDeployment } from "./deployment.ts";
import { objectAt, refuseUnknown } from "./known-fields.ts";
import type { Pinion, PinionCommand } from "./pinion.ts";

/** Which controller, and with what it is entered. */
export interface ConnectOptions {
  /** Base of its API, or `unix:` and the path of its socket; the environment variable PINION_CONTROLLER when not said. */
  readonly url?: string;
  /** Absolute path of its socket, instead of an address. No token is needed there. */
  readonly socket?: string;
  /** What it is entered with; the environment variable PINION_TOKEN when not said. */
  readonly token?: string;
  /** A file with the token, such as `api.token` in the controller's state folder, read for every request; PINION_TOKEN_FILE when not said. */
  readonly tokenFile?: string;
}

const answerTimeoutMs = 30_000;

/** The real time of this process. It never jumps. */
const systemTime: Clock = {
  now: () => Math.floor(performance.timeOrigin + performance.now()),
  sleep: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined),
};

/**
 * The controller at this address. Nothing is asked yet. @throws `usage/invalid` when no address is known, or two tokens are named.
 * @example const pinion = connectPinion({ url: "http://127.0.0.1:8600", tokenFile: "./.pinion/api.token" })
 */
export function connectPinion(options: ConnectOptions = {}): Pinion {
  refuseUnknown(objectAt(options, "the options"), ["url", "socket", "token", "tokenFile"], "the options");
  const { url, socket, token, tokenFile } = options;
  if (url !== undefined && socket !== undefined)
    throw new PinionError("usage/invalid", "a controller is named by its url or by its socket, not by both");
  if (token !== undefined && tokenFile !== undefined)
    throw new PinionError("usage/invalid", "the token is handed in, or the file that it is in, not both");
  const place = socket === undefined ? (url ?? process.env["PINION_CONTROLLER"]) : `unix:${socket}`;
  if (place === undefined || place === "")
    throw new PinionError("usage/invalid", "no controller is named: hand in its url or its socket, or set PINION_CONTROLLER");
  return overClient(createControllerClient(targetOf(place, () => tokenOf({ token, tokenFile }))), systemTime);
}

async function tokenOf({
  token,
  tokenFile,
}: {
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
}): Promise<string | null> {
  if (token !== undefined) return token;
  return tokenFile === undefined ? tokenFrom(process.env) : readTokenFile(tokenFile);
}

/** The same over a client that is there already. */
export function overClient(client: ControllerClient, clock: Clock): Pinion {
  return {
    clock,
    overview: (selection = {}) => client.overview(selection),
    why: (environment, process) => client.why(environment, process),
    live: (environment, process) => client.live(environment, process),
    history: (query = {}) => client.history(query),
    async historyPage(query = {}) {
      const { now: _now, ...page } = await client.historyPage(query);
      return page;
    },
    deployments: async (query = {}) => (await client.history(query)).map(toDeployment),
    deployment: async (id) => toDeployment(await client.deployment(id)),
    command: (command) => give(client, clock, command),
    deploy: ({ processId }) => Promise.reject(byCommit(processId)),
    close: () => Promise.resolve(),
  };
}

async function give(client: ControllerClient, clock: Clock, given: PinionCommand): Promise<CommandResult> {
  const { environment, id, by, why, spec } = toCommandRequest(given);
  const result =
    (await client.command(environment, { id, by, reason: why, spec })) ??
    (await until({ clock, timeoutMs: answerTimeoutMs }, () => client.commandResult(environment, id)));
  if (!result) throw new PinionError("command/unanswered", `command ${id} is recorded, and nothing was decided about it in time`);
  return orThrow(result);
}

function byCommit(process: string): PinionError {
  return new PinionError("deployment/by-commit", `${process} is not deployed by a call: what this controller deploys is what is merged`);
}
