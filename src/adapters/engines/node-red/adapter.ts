/** Node-RED as one kind of engine among others. What only a controller needs is loaded when there is one. */

import type { EngineAdapter } from "../../../ports/engine-adapter.ts";
import { nodeRedDialect } from "./dialect.ts";

export const nodeRed: EngineAdapter = {
  kind: nodeRedDialect.engine,
  dialect: nodeRedDialect,
  open: async (parts) => (await import("./opening.ts")).createNodeRedOpener(parts),
  endLeftOver: async (directory, graceMs) => (await import("./left-over.ts")).endLeftOver(directory, graceMs),
};
