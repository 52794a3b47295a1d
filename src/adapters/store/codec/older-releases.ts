/** Fills in what the journals of older releases do not say, so that everything behind the door knows one form only. */

import { isRecord } from "./parse-json.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Release 0.1 kept one warm version, and no time at which a version was found good. */
const longAgo = 0;
const oneWarm = { count: 1, maxAgeMs: null };

/** A process state as this release writes it; what is no such thing comes back as it is. */
export function completeProcessState(value: unknown): unknown {
  if (!isRecord(value)) return value;
  return withReasonCode("takenOutAt" in value ? value : completed(value));
}

/** Releases before 0.2 wrote a text alone. */
function withReasonCode(state: Fields): Fields {
  const { status } = state;
  if (!isRecord(status) || typeof status["reason"] !== "string") return state;
  return { ...state, status: { ...status, reason: { code: "Unrecorded", text: status["reason"] } } };
}

/** The same for a list of them. */
export function completeProcessStates(values: unknown): unknown {
  return Array.isArray(values) ? values.map(completeProcessState) : values;
}

/** A validation result as this release writes it: older ones were about all instances. */
export function completeResult(value: unknown): unknown {
  return withDefaults(value, { scope: "" });
}

/** An event as this release writes it: older ones had no code. */
export function completeEvent(value: unknown): unknown {
  return withDefaults(value, { code: null });
}

function completed(state: Fields): Fields {
  const { knownGood, rollout } = state;
  return {
    revert: null,
    quarantined: [],
    rolledBackAt: null,
    takenOutAt: null,
    ...state,
    knownGood: Array.isArray(knownGood) ? knownGood.map((good: unknown) => withDefaults(good, { at: longAgo })) : knownGood,
    rollout: isRecord(rollout) ? completedRollout(rollout) : rollout,
  };
}

function completedRollout(rollout: Fields): Fields {
  return {
    paused: null,
    switchedAt: null,
    ...rollout,
    strategy: withDefaults(rollout["strategy"], { warm: oneWarm }, "blue-green"),
    state: withDefaults(rollout["state"], { trigger: "unknown" }, "rejected"),
  };
}

/** With `kind`: only what is of this kind. */
function withDefaults(value: unknown, defaults: Fields, kind?: string): unknown {
  return isRecord(value) && (kind === undefined || value["kind"] === kind) ? { ...defaults, ...value } : value;
}
