/** The caller: keeps 32 connections busy with GET requests, one at a time on each, and prints how many were answered. Bare sockets, so that it is never the slow part. */

import { connect } from "node:net";

const [, , port = "0", path = "/", seconds = "2"] = process.argv;
const connections = 32;
const request = Buffer.from(`GET ${path} HTTP/1.1\r\nhost: bench\r\nuser-agent: bench\r\naccept: */*\r\n\r\n`);
let answered = 0;

for (let n = 0; n < connections; n++) {
  const socket = connect(Number(port), "127.0.0.1").setNoDelay(true);
  let received = "";
  socket.on("connect", () => socket.write(request));
  socket.on("data", (chunk) => {
    received += chunk.toString("latin1");
    if (!isWhole(received)) return;
    received = "";
    answered += 1;
    socket.write(request);
  });
}

setTimeout(
  () => {
    console.log(answered);
    process.exit(0);
  },
  Number(seconds) * 1000,
);

function isWhole(answer: string): boolean {
  const headEnd = answer.indexOf("\r\n\r\n");
  if (headEnd < 0) return false;
  if (!answer.startsWith("HTTP/1.1 200 ")) throw new Error(`not an answer to count: ${answer}`);
  const length = /\r\ncontent-length: (\d+)/i.exec(answer)?.[1];
  if (length === undefined) throw new Error("an answer without a length");
  return answer.length >= headEnd + 4 + Number(length);
}
