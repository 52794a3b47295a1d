/** One hostile input, made ready before the clock runs. */

/** What is measured; gives back in a few words what came of it. */
export type Attack = () => Promise<string>;

export interface HostileCase {
  readonly name: string;
  readonly prepare: () => Promise<Attack> | Attack;
}
