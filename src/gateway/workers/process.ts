/** The gateway as a process of its own: what `pinion gateway` runs. */

import { PinionError } from "../../domain/errors.ts";
import { isFullDisk } from "../table-file.ts";
import type { Successor } from "../../schemas/gateway.ts";
import type { PrimaryOptions } from "./primary-options.ts";
import { startPrimary } from "./primary.ts";

/**
 * Runs until SIGTERM or SIGINT, finishes what is in flight (at most 30 s) and exits with 0; a second signal exits at once.
 * An uncaught error is logged and traffic goes on. @throws `store/full`, and what `startPrimary` throws.
 */
export async function runGatewayProcess(options: PrimaryOptions): Promise<void> {
  const { log } = options;
  process.on("uncaughtException", (error) => log.error({ error }, "uncaught error in the gateway; traffic continues"));
  process.on("unhandledRejection", (error) => log.error({ error }, "unhandled rejection in the gateway; traffic continues"));
  // A controller's terminal may be closed; the traffic must not depend on it.
  process.on("SIGHUP", () => log.info({}, "gateway continues without its terminal"));
  let isStopping = false;
  const succeed = (change: Successor) => {
    if (isStopping) return;
    gateway.handOver(change).then(
      () => stop("the start of its successor"),
      (error: unknown) => log.error({ error }, "the gateway cannot hand over; it continues"),
    );
  };
  const gateway = await startPrimary({ ...options, onSuccessor: succeed }).catch((error: unknown) => Promise.reject(named(error, options)));
  const stop = (signal: string) => {
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info({ signal }, "gateway stops: finishing what is in flight");
    void gateway.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ error }, "gateway did not stop cleanly");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

/** A full disk is nobody's bug. */
function named(error: unknown, { stateDirectory }: PrimaryOptions): unknown {
  if (!isFullDisk(error)) return error;
  return new PinionError("store/full", `${stateDirectory}: the gateway cannot start: ${error.message}`, { cause: error });
}
