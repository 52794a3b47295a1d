/** The standby's own side: waits until the primary is gone, and goes on as the primary then. */

import type { Log } from "../../ports/log.ts";
import { runGatewayProcess } from "./process.ts";
import type { Inheritance, ToStandby } from "./standby.ts";

/** Everything is loaded before it waits, so that connections which come meanwhile wait as short as possible. */
export function waitAsStandby({ succession, held }: Inheritance, log: Log): void {
  const goOn = () => {
    log.info({}, "the gateway before has ended; its standby continues");
    runGatewayProcess({ ...succession, held, log }).catch((error: unknown) => {
      log.error({ error }, "the standby of the gateway cannot go on");
      process.exit(1);
    });
  };
  // A controller's terminal may be closed.
  process.on("SIGHUP", () => undefined);
  // It may have died while this was starting.
  if (!process.connected) return goOn();
  const answer = () => process.send?.("ready", undefined, {}, () => undefined);
  process.on("message", (message: ToStandby) => {
    if (message === "end") process.exit(0);
    answer();
  });
  process.once("disconnect", goOn);
  answer();
}
