/** Names of branches, checked before git sees them, and the refs that the mirror keeps for one. */

import { PinionError } from "../../../domain/errors.ts";

// The rules of git-check-ref-format(1), and no leading hyphen.
// oxlint-disable-next-line no-control-regex
const forbidden = /^[-/]|[/.]$|\.\.|\/\/|@\{|^@$|\.lock(\/|$)|(^|\/)\.|[\u0000-\u0020\u007f~^:?*[\\]/;

export interface BranchRefs {
  /** Where it is at the remote. */
  readonly remote: string;
  /** What was fetched last, before it is accepted. */
  readonly incoming: string;
  /** What was accepted last. */
  readonly accepted: string;
}

/** @throws `config/invalid` for a name that git would not accept. */
export function branchRefs(branch: string): BranchRefs {
  if (branch === "" || forbidden.test(branch)) {
    throw new PinionError("config/invalid", `repository.branch: ${JSON.stringify(branch)} is not a name that a branch can have`);
  }
  return { remote: `refs/heads/${branch}`, incoming: `refs/pinion/incoming/${branch}`, accepted: `refs/pinion/accepted/${branch}` };
}

export function branchMissing(branch: string): PinionError {
  return new PinionError("git/branch-missing", `the remote has no branch ${branch}`);
}
