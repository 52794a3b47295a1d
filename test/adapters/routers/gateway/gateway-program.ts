/** What `pinion gateway` does, as a program for tests: `--state DIR --host HOST --port PORT`. */

import { parseArgs } from "node:util";
import { runGatewayProcess } from "../../../../src/adapters/routers/gateway/process.ts";

const { values } = parseArgs({
  options: {
    state: { type: "string", default: "" },
    host: { type: "string", default: "127.0.0.1" },
    port: { type: "string", default: "0" },
  },
});
const line = (fields: unknown, message: string) => void process.stdout.write(`${JSON.stringify({ message, fields: String(fields) })}\n`);

await runGatewayProcess({
  stateDirectory: values.state,
  host: values.host,
  port: Number(values.port),
  log: { info: line, warn: line, error: line },
});
