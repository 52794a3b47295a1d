/** `pinion gateway`: the process that carries the public traffic. */

import { InvalidArgumentError } from "commander";
import { gatewayDefaults, type GatewaySettings } from "../../../domain/config/config.ts";
import { type AddCommand, parsePort, pathFrom, type Session } from "../terminal/session.ts";
import type { GatewayOptions } from "../terminal/world.ts";

interface Options {
  readonly state: string;
  readonly host: string;
  readonly port: number;
  readonly controlPort: number;
  readonly trustedProxies: readonly string[];
  readonly maxConnections: number;
  readonly bodyIdleTimeout: number;
  readonly ownAddresses: GatewaySettings["environments"];
  readonly tokenFromStdin: boolean;
}

export const addGateway: AddCommand = (program, session, finish) => {
  program
    .command("gateway")
    .description("run only a gateway; `pinion run` starts its own unless pinion.yaml names one")
    .option("--state <dir>", "folder of its routing table, identity and control token", ".pinion/gateway")
    .option("--host <address>", "public address to listen on", "127.0.0.1")
    .option("--port <number>", "public port; 0: the one before, otherwise any", parsePort, 0)
    .option("--control-port <number>", "port of the control API, on loopback; 0: the one before, otherwise any", parsePort, 0)
    .option(
      "--trusted-proxies <list>",
      "addresses and networks of proxies in front, with commas between; their X-Forwarded-* are accepted",
      parseList,
      [],
    )
    .option("--max-connections <number>", "connections that may be open at the same time", parseCount, gatewayDefaults.maxConnections)
    .option(
      "--body-idle-timeout <ms>",
      "how long a caller may send nothing in the middle of a body",
      parseCount,
      gatewayDefaults.bodyIdleMs,
    )
    .option(
      "--own-addresses <list>",
      "environments that also answer without a prefix, on a port or for a host name: staging=8081,production=shop.example.com",
      parseOwnAddresses,
      {},
    )
    .option("--token-from-stdin", "read the token of the control API from standard input, instead of keeping one in the folder", false)
    .addHelpText(
      "after",
      `
The gateway routes http://HOST:PORT/<environment>/<path> by the weights that a controller sets. Without a controller it
continues with its last table. One gateway for each state folder.

Examples:
  pinion gateway --port 8080
  pinion gateway --state /var/lib/pinion/gateway --host 0.0.0.0 --port 80 --control-port 8601
`,
    )
    .action(async (options: Options) => finish(await session.world.gateway(wanted(session, options))));
};

function wanted(session: Session, { state, host, port, controlPort, tokenFromStdin, ...callers }: Options): GatewayOptions {
  const { trustedProxies, maxConnections, bodyIdleTimeout, ownAddresses } = callers;
  const settings = { trustedProxies, maxConnections, bodyIdleMs: bodyIdleTimeout, environments: ownAddresses };
  return { stateDirectory: pathFrom(session, state), host, port, controlPort, settings, tokenFromStdin };
}

function parseList(text: string): readonly string[] {
  return text.split(",").filter((item) => item !== "");
}

function parseOwnAddresses(text: string): GatewaySettings["environments"] {
  return Object.fromEntries(
    parseList(text).map((item) => {
      const [, environment = "", address = ""] = /^([a-z0-9]+(?:-[a-z0-9]+)*)=([A-Za-z0-9.-]+)$/.exec(item) ?? [];
      if (environment === "") throw new InvalidArgumentError("Write ENVIRONMENT=PORT or ENVIRONMENT=HOST, with commas between.");
      return [environment, /^\d+$/.test(address) ? { port: parsePort(address) } : { host: address.toLowerCase() }];
    }),
  );
}

function parseCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("A whole number from 1 is needed.");
}
