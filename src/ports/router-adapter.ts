import type { RouterConfig } from "../domain/config/config.ts";
import type { RouterKind } from "../domain/names.ts";
import type { GatewayStatus } from "../domain/observed/gateway-status.ts";
import type { Log } from "./log.ts";
import type { Router } from "./router.ts";
import type { Secrets } from "./secrets.ts";

/** One kind of router, as `src/adapters/routers/registry.ts` lists it. */
export interface RouterAdapter {
  /** What pinion.yaml calls it. */
  readonly kind: RouterKind;
  /** Resolves once it answers. @throws `router/unreachable`, `secret/missing`, `config/invalid`. */
  open(parts: RouterParts): Promise<OpenRouter>;
  /** Ends what routers of this kind have left running with a state folder, as far as it is provably ours; says what was ended. */
  endLeftOvers(stateDirectory: string): Promise<readonly EndedProcess[]>;
}

export interface RouterParts {
  readonly config: RouterConfig;
  /** Of the controller. What a router keeps for itself lies in a folder of it. */
  readonly stateDirectory: string;
  /** Program and arguments that make `pinion`. */
  readonly command: readonly string[];
  /** Where it runs: as a process of its own, which carries traffic on without the controller, or in this process, and ends with it. */
  readonly place: "beside" | "within";
  readonly secrets: Secrets;
  readonly log: Log;
}

export interface OpenRouter {
  readonly router: Router;
  /** Whether it was there before: then it is not ours to end when the start of the controller fails. */
  readonly wasThere: boolean;
  /** Whether one that we keep up has been there, and had ended by itself or by somebody else. */
  readonly wasDown: boolean;
  /** Of one that we keep up; null where somebody else does. */
  status(): GatewayStatus | null;
  /** Calls back when one that we keep up has ended, hangs, or has come up again. */
  onChange(listener: (status: GatewayStatus) => void): void;
  /** Ends one that we keep up, or leaves it to go on. */
  close(how: "stop" | "keep"): Promise<void>;
}

/** A process that was ended. */
export interface EndedProcess {
  /** `gateway`, `engine production/1`, … */
  readonly what: string;
  readonly pid: number;
}
