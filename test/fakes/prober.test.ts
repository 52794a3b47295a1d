import { proberContract } from "../contracts/prober.ts";
import { createFakeProber, type AnswerFor } from "./prober.ts";

const answerFor: AnswerFor = (request) => {
  if (request.url.endsWith("/moved")) return { status: 302 };
  if (request.url.endsWith("/broken")) return new Error(`${request.url}: the connection ended`);
  if (request.url.endsWith("/silent")) return new Promise(() => {});
  return { status: 201, headers: { "x-seen": "1" }, body: request.body ?? "" };
};

proberContract("the fake prober", async () => ({
  prober: createFakeProber(answerFor),
  base: "http://127.0.0.1:1",
  close: async () => {},
}));
