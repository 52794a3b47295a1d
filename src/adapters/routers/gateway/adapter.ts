/** Pinion's own gateway as one kind of router among others. What only a controller needs is loaded when there is one. */

import type { RouterAdapter } from "../../../ports/router-adapter.ts";

export const gateway: RouterAdapter = {
  kind: "gateway",
  open: async (parts) => (await import("./opening.ts")).openGateway(parts),
  endLeftOvers: async (stateDirectory) => (await import("./left-over.ts")).endLeftOvers(stateDirectory),
};
