import type { Definition } from "../domain/definition.ts";
import type { PublicEndpoint } from "../domain/unit.ts";

/** A public way into a definition, and where it is written. */
export interface DefinedEndpoint extends PublicEndpoint {
  /** JSON pointer within the definition, such as `/nodes/3/config/url`. */
  readonly pointer: string;
  /** Why the engine would not answer there; null: it does. */
  readonly fault: string | null;
}

/** What must be known of one kind of engine without any engine running. Pure. */
export interface Dialect {
  readonly engine: string;
  /** The engine's own export as a neutral graph. @throws Error with a message for the author of the file. */
  fromExport(exported: unknown): Definition;
  /** Where it is called from outside once it is installed, in order of its nodes. */
  endpoints(definition: Definition): readonly DefinedEndpoint[];
}
