/** What callers send to the gateway, and what versions, receivers of notifications and controllers answer. Each is of 5 MB unless it says otherwise. */

import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { createNodeRedClient } from "../src/adapters/engines/node-red/client.ts";
import { createHttpJsonSource } from "../src/adapters/metrics/http-json.ts";
import { createReceiver } from "../src/adapters/notifiers/webhook/receiver.ts";
import { createHttpProber } from "../src/adapters/probes/http-prober.ts";
import type { MetricQuery } from "../src/domain/analysis/metrics.ts";
import { quoteAnswer } from "../src/domain/validation/redact-answer.ts";
import { renderOverview } from "../src/surfaces/cli/render/overview.ts";
import { colorsFor } from "../src/surfaces/cli/terminal/terminal.ts";
import { overviewJson } from "../src/api/json.ts";
import { createControllerClient } from "../src/api/client.ts";
import { openSetting, share, type Listener, type Setting } from "../test/adapters/routers/gateway/setting.ts";
import { fullOverview, noon, process as processView } from "../test/surfaces/http/pictures.ts";
import type { Attack, HostileCase } from "./hostile-case.ts";

const size = 5 * 1024 * 1024 - 100;
const fill = (piece: string, bytes = size): string => piece.repeat(Math.floor(bytes / piece.length));
const head = (path: string, ...lines: readonly string[]): string => [`GET ${path} HTTP/1.1`, "host: x", ...lines, "", ""].join("\r\n");

/** Everything, and then up to two seconds for what comes back. */
async function sent(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let [answers, first, received] = [0, "", 0];
  socket.on("data", (chunk) => {
    received += chunk.length;
    first ||= chunk.toString("latin1").split("\r\n", 1)[0] ?? "";
    answers += chunk.toString("latin1").split("HTTP/1.1 ").length - 1;
  });
  socket.on("error", () => undefined);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  const all = Buffer.from(bytes, "latin1");
  for (let at = 0; at < all.length && !socket.destroyed; at += 65_536) {
    socket.write(all.subarray(at, at + 65_536));
    await setTimeout(1);
  }
  for (let before = -1; before !== received && !socket.destroyed;) {
    before = received;
    await Promise.race([closed, setTimeout(2_000)]);
  }
  socket.destroy();
  return `${first}; ${answers} answers, ${received} bytes`;
}

interface Called {
  readonly bytes: () => string;
  readonly answer?: Listener;
  readonly sticky?: Parameters<Setting["route"]>[1];
}

const called = ({ bytes, answer = (_, response) => response.end("ok"), sticky = {} }: Called): HostileCase["prepare"] => {
  return async (): Promise<Attack> => {
    const setting = await openSetting({ trustedProxies: ["127.0.0.1"] });
    const backend = await setting.backend((request, response) => {
      request.resume();
      return answer(request, response);
    });
    await setting.route([share("1.0.0", "a", 100, [backend])], sticky);
    const all = bytes();
    return async () => {
      const outcome = await sent(setting.gateway.url, all);
      await setting.close();
      return outcome;
    };
  };
};

const path = "/production/a";

/** Whatever is asked; in pieces, since it is sent by the process that is measured. */
function says(text: string): Listener {
  const bytes = Buffer.from(text);
  return async (request) => {
    for (let at = 0; at < bytes.length && !request.socket.destroyed; at += 65_536) {
      request.socket.write(bytes.subarray(at, at + 65_536));
      await setTimeout(1);
    }
    request.socket.end();
  };
}

const cookies = { sticky: { kind: "cookie", name: "user" } } as const;

const gateway: Readonly<Record<string, HostileCase["prepare"]>> = {
  "1,900 headers": called({ bytes: () => head(path, ...Array.from({ length: 1900 }, (_, index) => `h${index}: x`)) }),
  "headers of 5 MB": called({ bytes: () => head(path, fill("h: x\r\n")) }),
  "a cookie of 30 KB": called({ bytes: () => head(path, `cookie: ${fill("a=;", 30_000)}`), sticky: cookies }),
  "30 KB of addresses that a proxy saw": called({ bytes: () => head(path, `x-forwarded-for: ${fill("::1,", 30_000)}`) }),
  "a connection header of 30 KB": called({ bytes: () => head(path, `connection: ${fill("a,b,", 30_000)}`) }),
  "a query of 30 KB": called({ bytes: () => head(`${path}?${fill("a=1&", 30_000)}`) }),
  "a path of 30 KB of dots": called({ bytes: () => head(`/production/${fill("%2e", 30_000)}`) }),
  "a path of 30 KB of slashes": called({ bytes: () => head(`/production/${fill("/", 30_000)}`) }),
  "5 MB of requests in a row": called({ bytes: () => fill(head(path)) }),
  "5 MB of requests that nobody serves in a row": called({ bytes: () => fill(head("/x")) }),
  "5 MB of offers of another protocol in a row": called({ bytes: () => fill(head(path, "connection: upgrade", "upgrade: h2c")) }),
  "5 MB behind a WebSocket's request": called({ bytes: () => head(path, "connection: upgrade", "upgrade: websocket") + fill("x") }),
  "a body of a million chunks": called({ bytes: () => head(path, "transfer-encoding: chunked") + fill("1\r\na\r\n") + "0\r\n\r\n" }),
  "chunk extensions of 5 MB": called({ bytes: () => head(path, "transfer-encoding: chunked") + `1;${fill("a")}\r\na\r\n` }),
  "5 MB that is no HTTP": called({ bytes: () => fill("\0") }),
  "an answer in a million chunks": called({
    bytes: () => head(path),
    answer: says(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${fill("1\r\na\r\n")}0\r\n\r\n`),
  }),
  "an answer with headers of 5 MB": called({
    bytes: () => head(path),
    answer: says(`HTTP/1.1 200 OK\r\n${fill("a: b\r\n")}\r\n`),
  }),
  "an answer with 300 cookies": called({
    bytes: () => head(path),
    answer: (request, response) => {
      request.resume();
      response.setHeader(
        "set-cookie",
        Array.from({ length: 300 }, (_, index) => `c${index}=${fill(";", 30)}; path=/`),
      );
      response.end();
    },
  }),
  "5 MB of trailers": called({
    bytes: () => head(path),
    answer: says(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n${fill("a: b\r\n")}\r\n`),
  }),
};

/** A server that says this to everybody. */
async function answering(bytes: string | ((socket: Socket) => void), attack: (url: string) => Promise<string>): Promise<Attack> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => (typeof bytes === "string" ? socket.end(bytes) : bytes(socket)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return () => attack(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

const ok = "HTTP/1.1 200 OK\r\nconnection: close\r\n";
const answers: Readonly<Record<string, () => string | ((socket: Socket) => void)>> = {
  "a body of 5 MB": () => `${ok}\r\n${fill("password: ")}`,
  "a body of 5 MB without a pause": () => `${ok}\r\n${fill("aZ9")}`,
  "headers of 5 MB": () => `${ok}${fill("a: b\r\n")}\r\n`,
  "a million chunks": () => `${ok}transfer-encoding: chunked\r\n\r\n${fill("1\r\na\r\n")}0\r\n\r\n`,
  "trailers of 5 MB": () => `${ok}transfer-encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n${fill("a: b\r\n")}\r\n`,
  "a trailer of 5 MB": () => `${ok}transfer-encoding: chunked\r\n\r\n1\r\n1\r\n0\r\na: ${fill("b")}\r\n\r\n`,
  "early hints of 5 MB": () => `${fill("HTTP/1.1 103 Early Hints\r\na: b\r\n\r\n")}${ok}\r\n`,
  "a wish to be left alone for very long": () => `HTTP/1.1 429 No\r\nretry-after: ${fill("9", 15_000)}\r\nconnection: close\r\n\r\n`,
  "a byte now and then": () => (socket) => {
    socket.write(`${ok}\r\n`);
    const drip = setInterval(() => (socket.destroyed ? clearInterval(drip) : socket.write("a")), 10);
  },
};

async function said(work: Promise<unknown>): Promise<string> {
  const answer = await work.catch((error: unknown) => `refused: ${String(error)}`);
  return typeof answer === "string" ? answer : "taken";
}

const probe = async (url: string): Promise<string> => {
  const prober = createHttpProber();
  const asked = prober.ask({ url, method: "GET", headers: {}, body: null, timeoutMs: 2_000 });
  const outcome = await said(asked.then(({ status, body }) => `${status} ${quoteAnswer(body, ["secret".repeat(50)])}`));
  await prober.close();
  return outcome;
};
const secrets = { resolve: async () => "" };
const notify = (url: string): Promise<string> =>
  said(createReceiver({ name: "hook", url, token: null, secrets, clock: { now: () => 0 }, timeoutMs: 2_000 }).post("text/plain", "x"));

const figure = (url: string): Promise<string> => {
  const options = { name: "m", url, auth: { kind: "none" } as const, headers: {}, timeoutMs: 2_000, secrets };
  return said(createHttpJsonSource({ ...options, value: "", count: null }).measure(anyFigure));
};
const flows = (url: string): Promise<string> => said(createNodeRedClient({ adminUrl: url, token: null, timeoutMs: 2_000 }).flows());

const answeredTo = (attack: (url: string) => Promise<string>): Readonly<Record<string, HostileCase["prepare"]>> =>
  Object.fromEntries(Object.entries(answers).map(([name, bytes]) => [name, () => answering(bytes(), attack)]));

const anyFigure: MetricQuery = {
  environment: "dev",
  unit: { process: "p", version: "1.0.0", digest: `sha256-${"a".repeat(64)}` },
  metric: "error_rate",
  statistic: null,
  query: null,
  windowMs: 1000,
  until: 0,
};

const view = { colors: colorsFor({ env: {}, isTerminal: false }), now: noon, width: 80 };
const shown = async (url: string): Promise<string> =>
  said(
    createControllerClient(url)
      .overview({})
      .then((answer) => `${renderOverview(answer, view).length} lines`),
  );

function pictured(count: number, part: (index: number) => Parameters<typeof processView>[1]): string {
  const processes = Array.from({ length: count }, (_, index) => processView(`p${index}`, part(index)));
  const { environments, ...rest } = fullOverview();
  return JSON.stringify(overviewJson({ ...rest, environments: environments.slice(0, 1).map((each) => ({ ...each, processes })) }));
}

const jsonOf = (body: string): string => `${ok}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const controllers: Readonly<Record<string, HostileCase["prepare"]>> = {
  "9,000 processes": () => answering(jsonOf(pictured(9_000, () => ({}))), shown),
  "a reason of 5 MB": () => answering(jsonOf(pictured(1, () => ({ reason: { code: "Unrecorded", text: fill("x ") } }))), shown),
  "a reason of 5 MB in one word": () => answering(jsonOf(pictured(1, () => ({ reason: { code: "Unrecorded", text: fill("x") } }))), shown),
  "a reason of 1 MB of escapes": () =>
    answering(jsonOf(pictured(1, () => ({ reason: { code: "Unrecorded", text: fill("\u001b[2J", 1_000_000) } }))), shown),
  "5 MB of lists": () => answering(jsonOf(`[${fill("[],")}1]`), shown),
  "lists in lists": () => answering(jsonOf(fill("[", 1_000_000)), shown),
};

const named = (kind: string, cases: Readonly<Record<string, HostileCase["prepare"]>>): readonly HostileCase[] =>
  Object.entries(cases).map(([name, prepare]) => ({ name: `${kind}: ${name}`, prepare }));

export const conversations: readonly HostileCase[] = [
  ...named("gateway", gateway),
  ...named("probe", answeredTo(probe)),
  ...named("receiver", answeredTo(notify)),
  ...named("metric source", answeredTo(figure)),
  ...named("engine", answeredTo(flows)),
  ...named("status", answeredTo(shown)),
  ...named("status", controllers),
];
