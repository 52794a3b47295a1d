/** What a rule about definitions says when one is broken. */

/** Why a definition cannot run, and where that is. */
export interface Refusal {
  readonly reason: string;
  /** Index in the definition's list; null: of the definition as a whole. */
  readonly node: number | null;
  readonly key?: string;
}
