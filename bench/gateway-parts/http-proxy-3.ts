/** Baseline: http-proxy-3 at its best, with kept-alive connections. */

import { Agent, createServer } from "node:http";
import { createProxyServer } from "http-proxy-3";
import { announce } from "./announce.ts";

const proxy = createProxyServer({ target: `http://127.0.0.1:${process.argv[2]}`, agent: new Agent({ keepAlive: true }) });

announce(createServer((request, response) => void proxy.web(request, response)));
