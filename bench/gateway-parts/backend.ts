/** The trivial server behind every proxy of the benchmark. Prints its port. */

import { createServer } from "node:http";
import { announce } from "./announce.ts";

const body = '{"hello":"you"}';

announce(
  createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
    response.end(body);
  }),
);
