/** What journaled reverts and quarantines must look like to be believed. */

import type { Doubt, PinBack, Quarantined, Revert, RevertRequest, RevertOutcome } from "../../../domain/journal/revert.ts";
import { isFlag, isNumber, isText, listOf, nullable, oneOf, optional, shape, variants } from "./guards.ts";
import { isDigest, isPerson } from "./value-rows.ts";

/** The request that an owed action carries out. */
export const isRevertRequest = shape<RevertRequest>({
  id: isText,
  environment: isText,
  process: isText,
  from: isText,
  to: isText,
  along: optional(listOf(shape<PinBack>({ process: isText, from: isText, to: isText }))),
  quarantine: nullable(isDigest),
  trigger: isText,
  why: isText,
  at: isNumber,
  commit: isText,
  deployment: nullable(isText),
  by: nullable(isPerson),
  mode: oneOf<RevertRequest["mode"]>({ push: true, propose: true }),
});

const isRevertOutcome = variants<RevertOutcome>({
  committed: shape({ commit: isText }),
  superseded: shape({ why: isText }),
  proposed: shape({ branch: isText, commit: isText, why: isText }),
});

export const isRevert = shape<Revert>({
  request: isRevertRequest,
  outcome: nullable(isRevertOutcome),
  told: optional(oneOf<NonNullable<Revert["told"]>>({ owed: true, proposed: true })),
  doubt: optional(shape<Doubt>({ about: listOf(isText), until: isNumber, rolledBackAt: nullable(isNumber) })),
});

export const isQuarantined = shape<Quarantined>({
  version: isText,
  digest: isDigest,
  why: isText,
  at: isNumber,
  rollbackId: isText,
  isInGit: isFlag,
});
