/** Baseline: the least that node:http can do as a proxy, streams piped both ways over kept-alive connections. */

import { Agent, createServer, request } from "node:http";
import { announce } from "./announce.ts";

const agent = new Agent({ keepAlive: true });

announce(
  createServer((incoming, response) => {
    const { method, url, headers } = incoming;
    const outgoing = request({ agent, host: "127.0.0.1", port: process.argv[2], method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(outgoing);
  }),
);
