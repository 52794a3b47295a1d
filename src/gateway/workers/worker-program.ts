/** The program of a gateway's worker. It is of no use without its primary, and ends when that is gone. */

import type { Socket } from "node:net";
import type { ToWorker } from "../messages.ts";
import { createWorker } from "./worker.ts";

/** What is in flight when the primary dies may take so long. */
const orphanLimitMs = 5_000;
const drainLimitMs = 30_000;

if (process.send === undefined) {
  process.stderr.write("this is a part of `pinion gateway`, which starts it\n");
  process.exit(2);
}

const worker = createWorker({
  send: (message) => void process.send?.(message, undefined, {}, () => undefined),
  exit: (code) => process.exit(code),
});
process.on("message", (message: ToWorker, socket: Socket | undefined) => worker.take(message, socket));
process.on("disconnect", () => void worker.leave(orphanLimitMs));
process.on("uncaughtException", (error) => say("uncaught error in a gateway worker; traffic continues", error));
process.on("unhandledRejection", (error) => say("unhandled rejection in a gateway worker; traffic continues", error));
// A terminal tells all its processes; the primary decides what becomes of its workers.
process.on("SIGINT", () => undefined);
process.on("SIGHUP", () => undefined);
process.on("SIGTERM", () => {
  process.send?.({ kind: "leaving" }, undefined, {}, () => undefined);
  void worker.leave(drainLimitMs);
});
process.send({ kind: "ready" });

function say(message: string, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.send?.({ kind: "log", level: "error", fields: { error: text }, message }, undefined, {}, () => undefined);
}
