/** Every kind of engine that Pinion knows: one folder beside this file and one line here each. */

import type { EngineAdapter } from "../../ports/engine-adapter.ts";
import { nodeRed } from "./node-red/adapter.ts";

export const engineAdapters: readonly EngineAdapter[] = [nodeRed];
