/** Every kind of router that Pinion knows: one folder beside this file and one line here each. */

import type { RouterAdapter } from "../../ports/router-adapter.ts";
import { gateway } from "./gateway/adapter.ts";

export const routerAdapters: readonly RouterAdapter[] = [gateway];
