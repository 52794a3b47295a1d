import type { RevertRequest, RevertOutcome } from "../domain/journal/revert.ts";

/** Writes to the config repository, and nothing but what a request says: the pin put back, and the entry in quarantine.yaml. */
export interface PinWriter {
  /**
   * Resolves once the request is on the branch (or on its own, for `propose`, and where the branch takes no push), or once it is
   * clear that a person has moved the pin. Never forces, never overwrites another's commit, and writes each request once, however
   * often it is asked and whatever happened in between. @throws `git/unreachable`, `git/refused`, `git/branch-missing`, `git/failed`.
   */
  revert(request: RevertRequest, signal?: AbortSignal): Promise<RevertOutcome>;
}
