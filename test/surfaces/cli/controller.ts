/** Controllers on loopback for commands to ask; all of them are closed after each test. */

import { afterEach } from "vitest";
import { startHttp } from "../../../src/surfaces/http/listen.ts";
import { type Entrance, tokenEntrance, type Tokens } from "../../../src/surfaces/http/open-server.ts";
import type { Commands, Overview, Queries } from "../../../src/api/views.ts";
import type { GatewayStatus } from "../../../src/domain/observed/gateway-status.ts";
import type { Command, CommandResult } from "../../../src/domain/journal/commands.ts";
import type { Deployment } from "../../../src/domain/journal/state.ts";
import type { HistoryPage } from "../../../src/ports/journal.ts";
import { createKeptLog } from "../../support/log.ts";
import { noon } from "../http/pictures.ts";

/** What a test says of a controller; the rest knows nothing and takes no commands. */
export type ControllerParts = Partial<Queries & Commands>;

export interface Controllers {
  /** Base URL of one that answers this. */
  start(picture: Overview, deployments?: readonly Deployment[]): Promise<string>;
  startWith(parts: ControllerParts, gateway?: GatewayStatus | null): Promise<string>;
  closeAll(): Promise<void>;
}

export function createControllers(): Controllers {
  const closing: (() => Promise<void>)[] = [];
  const controllers: Controllers = {
    start: (picture, deployments = []) =>
      controllers.startWith({ overview: () => Promise.resolve(picture), history: historyOf(() => deployments) }, picture.gateway),
    async startWith(parts, gateway = null) {
      const { queries, commands } = complete(parts);
      const log = createKeptLog();
      const about = { metrics: () => Promise.resolve(""), gateway: () => gateway, now: () => noon, log };
      const tcp = { host: "127.0.0.1", port: 0, names: [], tokens: fixedTokens() };
      const server = await startHttp({ tcp, socket: null, uid: 1000, queries, commands, ...about });
      closing.push(() => server.close());
      return server.url ?? "";
    },
    async closeAll() {
      for (const close of closing.splice(0)) await close();
    },
  };
  afterEach(() => controllers.closeAll());
  return controllers;
}

/** What these controllers are entered with. */
export const token = "a-token-of-the-tests";

/** One token for everything, and one for the metrics page where it is named. */
export function fixedTokens(scraper: string | null = null): Tokens {
  return { current: () => Promise.resolve({ operator: token, scraper }) };
}

/** Takes everybody who calls it by a name of this machine. */
export function openDoor(): Entrance {
  const entrance = tokenEntrance({ tokens: fixedTokens(), uid: 1000, host: "127.0.0.1", names: [] });
  return { ...entrance, roleOf: () => Promise.resolve("operator") };
}

/** A history that answers from these deployments, newest first. */
export function historyOf(deployments: () => readonly Deployment[]): Queries["history"] {
  return ({ id, environment, process, limit }) =>
    Promise.resolve(
      deployments()
        .filter((one) => id === undefined || one.id === id)
        .filter((one) => environment === undefined || one.environment === environment)
        .filter((one) => process === undefined || one.process === process)
        .slice(0, limit),
    );
}

function onePage(deployments: readonly Deployment[]): HistoryPage {
  return { deployments, total: deployments.length, next: null };
}

/** Queries and commands; what a test does not say is refused as a bug, but for the history, which is empty. */
export function complete(parts: ControllerParts): { readonly queries: Queries; readonly commands: Commands } {
  const unasked = () => Promise.reject(new Error("was not expected to be asked"));
  const {
    overview = unasked,
    why = unasked,
    live = unasked,
    history = historyOf(() => []),
    historyPage = async (query) => onePage(await history(query)),
    result = unasked,
    refresh = () => undefined,
    command = unasked,
  } = parts;
  return { queries: { overview, why, live, history, historyPage, result }, commands: { refresh, command } };
}

/** Takes commands, and keeps them. */
export function orderTaker(result: (command: Command) => Pick<CommandResult, "kind" | "why">) {
  const commands: Command[] = [];
  const command = (given: Command): Promise<CommandResult> => {
    commands.push(given);
    return Promise.resolve({ id: given.id, at: given.at, ...result(given) });
  };
  return { commands, command };
}

interface Script {
  /** The pictures begin once the controller was told to look so often. */
  readonly polls: number;
  /** Shown until then; by default the first of them. */
  readonly before?: Overview;
}

/** What a controller shows, one picture after the other; the last one stays. Every time it is told to look, it has polled. */
export function script(pictures: readonly Overview[], { polls, before }: Script = { polls: 0 }) {
  let refreshed = 0;
  let shown = 0;
  // Whoever waits for a poll looks once more than whoever looks at what it brought.
  const next = () => pictures[Math.min(Math.max(0, shown++ - Math.min(1, polls)), pictures.length - 1)];
  return {
    refreshed: () => refreshed,
    refresh() {
      refreshed += 1;
    },
    overview() {
      const picture = refreshed < polls ? (before ?? pictures[0]) : next();
      if (!picture) throw new Error("there is no picture");
      return Promise.resolve({ ...picture, repository: { ...picture.repository, lastPollAt: noon + refreshed } });
    },
  };
}
