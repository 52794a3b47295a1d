/** SQLite as one kind of store among others. The database is loaded when one is opened. */

import type { StoreAdapter } from "../../../ports/store-adapter.ts";
import { holderOf } from "./holder.ts";

export const sqlite: StoreAdapter = {
  kind: "sqlite",
  open: async ({ stateDirectory, log }) => (await import("./store.ts")).openStore({ directory: stateDirectory, log }),
  lock: async (stateDirectory) => (await import("./lock.ts")).lockFolder(stateDirectory),
  holder: holderOf,
};
