import type { Definition } from "../domain/desired/definition.ts";
import type { PublicEndpoint } from "../domain/desired/unit.ts";

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
  /** The engine's own export as a neutral graph; yields where the caller may pause. @throws Error with a message for the author of the file. */
  fromExport(exported: unknown): Generator<undefined, Definition, undefined>;
  /** Where it is called from outside once it is installed, in order of its nodes. */
  endpoints(definition: Definition): readonly DefinedEndpoint[];
  /** What is wrong inside the nodes' settings, which only the engine's dialect can read; null wherever the caller may pause. */
  faults(definition: Definition): Iterable<NodeFault | null>;
  /** Variables that it wants from around it, each once; null wherever the caller may pause. */
  variables(definition: Definition): Iterable<NamedVariable | null>;
  /** What only one running copy of it can have; null wherever the caller may pause. */
  exclusives(definition: Definition): Iterable<ExclusiveResource | null>;
}

/** What a second running copy takes from the first, or does not get. */
export interface ExclusiveResource {
  /** Such as `the MQTT client id "meter-reader"`. */
  readonly what: string;
  /** JSON pointer within the definition to where it is said. */
  readonly pointer: string;
  /** The node that has it, for people. */
  readonly who: string;
}

/** A variable that a definition names and does not bring itself. */
export interface NamedVariable {
  readonly name: string;
  /** JSON pointer within the definition to where it is named first. */
  readonly pointer: string;
  /** The node that names it, for people. */
  readonly who: string;
}

export interface NodeFault {
  /**
   * `unknown-node`: a setting names a node that is not there, or is of another kind. `plain-secret`: a password as text. `no-credentials`: some seem to be
   * missing. `unknown-type`: of a type that the engine may not have. `refused`: the engine would not take it.
   */
  readonly kind: "unknown-node" | "unknown-type" | "plain-secret" | "no-credentials" | "refused";
  readonly severity: "error" | "warning";
  /** Index in the definition's list; null: of the definition's own config. */
  readonly node: number | null;
  /** The setting in question; null: the node as a whole. */
  readonly key: string | null;
  readonly message: string;
  /** The id that was named and is not there. */
  readonly wanted?: string;
  /** What to do, when it is not what is always done. */
  readonly hint?: string;
}
