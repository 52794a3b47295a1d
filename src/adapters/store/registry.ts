/** Every kind of store that Pinion knows: one folder beside this file and one line here each. */

import type { StoreAdapter } from "../../ports/store-adapter.ts";
import { sqlite } from "./sqlite/adapter.ts";

export const storeAdapters: readonly StoreAdapter[] = [sqlite];
