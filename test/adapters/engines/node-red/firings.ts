/** A server that schedules report to, each time that they fire. */

import { once } from "node:events";
import { createServer } from "node:http";
import type { Definition } from "../../../../src/domain/desired/definition.ts";
import { node, wires } from "./flows.ts";

export interface Firing {
  readonly name: string;
  /** Of the process that fired. */
  readonly pid: number;
  /** Counts from 1 in each process, for each name. */
  readonly sequence: number;
  /** By the machine's clock that only goes forward, which is one for all processes. */
  readonly at: bigint;
}

export interface FiringLog {
  /** In the order in which they fired: what is told last may be heard first. */
  readonly firings: readonly Firing[];
  /** A schedule that reports under this name five times a second. */
  flow(name: string): Definition;
  close(): Promise<void>;
}

export async function openFiringLog(): Promise<FiringLog> {
  const firings: Firing[] = [];
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
    firings.push({
      name: searchParams.get("name") ?? "",
      pid: Number(searchParams.get("pid")),
      sequence: Number(searchParams.get("sequence")),
      at: BigInt(searchParams.get("at") ?? 0),
    });
    response.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const base = `http://127.0.0.1:${address.port}`;
  return {
    get firings() {
      return firings.toSorted((a, b) => (a.at < b.at ? -1 : 1));
    },
    flow: (name) => reporting(`${base}/?name=${name}`),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function reporting(url: string): Definition {
  const count = `const n = (context.get("n") || 0) + 1; context.set("n", n); msg.url = "${url}&pid=" + own.pid + "&sequence=" + n + "&at=" + own.hrtime.bigint(); return msg;`;
  return {
    nodes: [
      node("tick", "inject", { repeat: "0.2", once: false, props: [] }),
      node("count", "function", { func: count, outputs: 1, libs: [{ var: "own", module: "process" }] }),
      node("report", "http request", { method: "GET", url: "", ret: "txt", paytoqs: "ignore" }),
    ],
    connections: wires("tick > count > report"),
    config: {},
  };
}
