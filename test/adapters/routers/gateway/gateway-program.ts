/** What `pinion gateway` does, as a program for tests: with the options that its launcher gives. */

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { runGatewayProcess } from "../../../../src/adapters/routers/gateway/process.ts";

const { values } = parseArgs({
  options: {
    "token-from-stdin": { type: "boolean", default: false },
    state: { type: "string", default: "" },
    host: { type: "string", default: "127.0.0.1" },
    port: { type: "string", default: "0" },
    "trusted-proxies": { type: "string", default: "" },
    "max-connections": { type: "string", default: "10000" },
    "body-idle-timeout": { type: "string", default: "60000" },
    "own-addresses": { type: "string", default: "" },
  },
});
const line = (fields: unknown, message: string) => void process.stdout.write(`${JSON.stringify({ message, fields: String(fields) })}\n`);

await runGatewayProcess({
  stateDirectory: values.state,
  token: values["token-from-stdin"] ? readFileSync(0, "utf8") : null,
  host: values.host,
  port: Number(values.port),
  settings: {
    trustedProxies: values["trusted-proxies"].split(",").filter((proxy) => proxy !== ""),
    maxConnections: Number(values["max-connections"]),
    environments: Object.fromEntries(
      values["own-addresses"]
        .split(",")
        .filter((own) => own !== "")
        .map((own) => [own.split("=")[0] ?? "", { port: Number(own.split("=")[1]) }]),
    ),
    bodyIdleMs: Number(values["body-idle-timeout"]),
  },
  log: { info: line, warn: line, error: line },
});
