/** Controllers on loopback for commands to ask; all of them are closed after each test. */

import { afterEach } from "vitest";
import { startHttp } from "../../../src/surfaces/http/server.ts";
import type { Overview, Queries } from "../../../src/controller/queries.ts";
import type { Deployment } from "../../../src/domain/state.ts";
import { createKeptLog } from "../../support/log.ts";

export interface Controllers {
  /** Base URL of one that answers this. */
  start(picture: Overview, deployments?: readonly Deployment[]): Promise<string>;
  startWith(queries: Queries): Promise<string>;
  closeAll(): Promise<void>;
}

export function createControllers(): Controllers {
  const closing: (() => Promise<void>)[] = [];
  const controllers: Controllers = {
    start(picture, deployments = []) {
      return controllers.startWith({
        overview: () => Promise.resolve(picture),
        history: ({ id, limit }) => Promise.resolve(deployments.filter((one) => id === undefined || one.id === id).slice(0, limit)),
      });
    },
    async startWith(queries) {
      const server = await startHttp({ host: "127.0.0.1", port: 0, queries, commands: { refresh: () => undefined }, log: createKeptLog() });
      closing.push(() => server.close());
      return server.url;
    },
    async closeAll() {
      for (const close of closing.splice(0)) await close();
    },
  };
  afterEach(() => controllers.closeAll());
  return controllers;
}
