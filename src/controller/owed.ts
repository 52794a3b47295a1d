/** What is owed, and the two ways in which it ends: done, or refused with the reason. */

import type { Action } from "../domain/journal/actions.ts";
import type { EnvironmentName } from "../domain/names.ts";
import type { OwedAction } from "../domain/journal/state.ts";
import type { Ports } from "./ports.ts";

export type Owed<K extends Action["kind"]> = OwedAction & { readonly action: Extract<Action, { kind: K }> };

export interface Refusal {
  readonly owed: OwedAction;
  readonly error: unknown;
}

/** The owed actions of one kind. */
export function of<K extends Action["kind"]>(owed: readonly OwedAction[], kind: K): readonly Owed<K>[] {
  return owed.filter((entry): entry is Owed<K> => entry.action.kind === kind);
}

/** One call for many; when it throws, all of them are refused for the same reason. */
export async function attempt(
  owed: readonly OwedAction[],
  before: readonly Refusal[],
  call: () => Promise<readonly Refusal[]>,
): Promise<readonly Refusal[]> {
  try {
    return [...before, ...(await call())];
  } catch (error) {
    return [...before, ...owed.map((entry) => ({ owed: entry, error }))];
  }
}

/** They are owed no more. */
export async function done(environment: EnvironmentName, owed: readonly OwedAction[], ports: Ports): Promise<void> {
  if (owed.length > 0)
    await ports.journal.acknowledged(
      environment,
      owed.map((entry) => entry.id),
    );
}
