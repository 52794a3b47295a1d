import type { Definition } from "../domain/definition.ts";
import type { PublicEndpoint } from "../domain/unit.ts";

/** What must be known of one kind of engine without any engine running. Pure. */
export interface Dialect {
  readonly engine: string;
  /** The engine's own export as a neutral graph. @throws Error with a message for the author of the file. */
  fromExport(exported: unknown): Definition;
  /** Where it is called from outside once it is installed. */
  endpoints(definition: Definition): readonly PublicEndpoint[];
}
