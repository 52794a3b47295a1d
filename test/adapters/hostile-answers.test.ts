/** Everything that asks over HTTP meets the same hostile answers: none goes on reading, waits for ever, follows, or tells secrets. */

import { createHttpProber } from "../../src/adapters/probes/http-prober.ts";
import { httpCallerContract, token } from "../contracts/http-caller.ts";

const mebibyte = 1024 * 1024;
const authorization = `Bearer ${token}`;

httpCallerContract("the prober", {
  timeoutMs: 200,
  largestBodyBytes: mebibyte,
  answers: ["redirect", "login page", "compressed", "endless body"],
  code: null,
  open: async ({ url }, timeoutMs) => {
    const prober = createHttpProber();
    const ask = () => prober.ask({ method: "GET", url: `${url}/x`, headers: { authorization }, body: null, timeoutMs });
    return { ask, close: () => prober.close() };
  },
});
