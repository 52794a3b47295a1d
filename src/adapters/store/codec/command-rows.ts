/** What journaled commands, their results, freezes and events must look like to be believed. */

import type { EventKind, PinionEvent } from "../../../domain/journal/events.ts";
import type { Freeze, Command, CommandResult, CommandSpec } from "../../../domain/journal/commands.ts";
import { isFlag, isNumber, isText, listOf, nullable, oneOf, optional, shape, variants } from "./guards.ts";
import { isPerson } from "./value-rows.ts";
import { isReasonCode } from "../../../domain/journal/reason.ts";

const ofProcess = shape<{ readonly process: string }>({ process: isText });
const nothing = shape<object>({});

const isCommandSpec = variants<CommandSpec>({
  pause: ofProcess,
  resume: ofProcess,
  abort: ofProcess,
  retry: ofProcess,
  recover: ofProcess,
  promote: shape({ process: isText, isFull: isFlag }),
  rollback: shape({ process: isText, to: nullable(isText) }),
  freeze: nothing,
  unfreeze: nothing,
});

export const isCommand = shape<Command>({ id: isText, environment: isText, by: isPerson, why: isText, at: isNumber, spec: isCommandSpec });

export const isCommandResult = shape<CommandResult>({
  id: isText,
  kind: oneOf<CommandResult["kind"]>({ done: true, refused: true }),
  why: isText,
  at: isNumber,
});

export const isFreeze = shape<Freeze>({ by: isPerson, why: isText, at: isNumber, lostMs: optional(isNumber) });

export const isEvent = shape<PinionEvent>({
  id: isText,
  kind: oneOf<EventKind>({
    started: true,
    "taken-out": true,
    held: true,
    succeeded: true,
    failed: true,
    "rolled-back": true,
    drift: true,
    "git-lags": true,
    "store-failing": true,
    "gateway-down": true,
    "gateway-up": true,
    "engine-down": true,
    "engine-up": true,
    "secrets-changed": true,
    frozen: true,
    unfrozen: true,
  }),
  at: isNumber,
  environment: isText,
  process: nullable(isText),
  deployment: nullable(isText),
  version: nullable(isText),
  from: nullable(isText),
  commit: nullable(isText),
  trigger: nullable(isText),
  code: nullable(isReasonCode),
  why: isText,
  changes: optional(listOf(isText)),
});
