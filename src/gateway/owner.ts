/** Whose gateway it is: a controller that has taken it over is the only one that may change it. */

import type { EnvironmentName } from "../domain/names.ts";
import type { Log } from "../ports/log.ts";

/** The header that a controller names itself in: a word that it makes up at each start and tells nobody else. */
export const ownerHeader = "x-pinion-controller";

/** The header that a controller counts its calls in: a whole number, larger at each. */
export const sequenceHeader = "x-pinion-sequence";

/** One call that sets routes. */
export interface Setting {
  readonly caller: string;
  readonly environment: EnvironmentName;
  /** NaN: the caller does not count. */
  readonly sequence: number;
}

export interface Ownership {
  take(caller: string): void;
  isOwner(caller: string): boolean;
  /** Whether the caller may set routes or put another gateway in its place: anybody with the token while nobody has taken it over. Who may not is counted. */
  mayChange(caller: string): boolean;
  /** Whether its caller has set routes of this environment since: a call that its caller gave up may be read late, as by a gateway that stood still. */
  isOutdated(setting: Setting): boolean;
  /** How many calls were refused. */
  refused(): number;
}

export function createOwnership(log: Log): Ownership {
  let owner = "";
  let refused = 0;
  const latest = new Map<EnvironmentName, Setting>();
  return {
    take(caller) {
      if (owner !== "" && owner !== caller) log.warn({}, "another controller has taken the gateway over");
      owner = caller;
    },
    isOwner: (caller) => owner !== "" && owner === caller,
    mayChange(caller) {
      if (owner === "" || owner === caller) return true;
      refused += 1;
      log.warn({}, "another program has the token of the gateway and tried to change the gateway; that is refused");
      return false;
    },
    isOutdated(setting) {
      const last = latest.get(setting.environment);
      if (last?.caller === setting.caller && setting.sequence < last.sequence) return true;
      latest.set(setting.environment, setting);
      return false;
    },
    refused: () => refused,
  };
}
