/** A revert as it is shown: with what came of the last try to write it. */

import type { Revert } from "./revert.ts";
import type { EnvironmentState } from "./state.ts";

export interface RevertView extends Revert {
  /** In the words of git or its server, shortened; null, or left out: no try has failed. */
  readonly refusal?: string | null;
}

/** A server may say a lot. */
const longestRefusal = 300;

/** With the refusal that is owed still; what is written has none. */
export function viewOfRevert(revert: Revert, { owed }: Pick<EnvironmentState, "owed">): RevertView {
  const { request, outcome } = revert;
  const found = owed.find(({ action }) => action.kind === "ensure-reverted" && action.request.id === request.id);
  const said = outcome === null ? (found?.stuck?.detail ?? null) : null;
  return { ...revert, refusal: said !== null && said.length > longestRefusal ? `${said.slice(0, longestRefusal - 1)}…` : said };
}
