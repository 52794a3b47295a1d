/** What differs between two definitions, in the words that reviewers and version histories use. Plain JSON. */

import type { Connection, ConnectionEnd, Json, JsonObject, Position, WorkflowNode } from "../desired/definition.ts";
import { plainOrQuoted, quoted } from "../safe-text.ts";

/** Whether those who rely on the old definition can go on as they did. */
export type Impact = "breaking" | "compatible";

/** One difference inside of a configuration. */
export interface ConfigurationChange {
  /** JSON pointer (RFC 6901) from the root of the configuration. */
  readonly pointer: string;
  readonly kind: "added" | "removed" | "changed";
  /** Absent when it was added. */
  readonly oldValue?: Json;
  /** Absent when it was removed. */
  readonly newValue?: Json;
}

/** What is new about a node that both definitions have. */
export interface NodeModification {
  readonly nodeId: string;
  /** The new values; null where the new node has none. What is equal is absent. */
  readonly changes: {
    readonly type?: string;
    /** The whole new configuration. */
    readonly config?: JsonObject;
    readonly position?: Position | null;
    readonly title?: string | null;
  };
  /** The same change of the configuration, place by place; empty when it is equal. */
  readonly configurationChanges: readonly ConfigurationChange[];
  readonly impact: Impact;
}

/** Who made the changes and what they call them. */
export interface ChangeNote {
  readonly title?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  /** `system` if no person is named. */
  readonly userId: string;
}

/** Everything that takes the old definition to the new one. */
export interface WorkflowChanges extends ChangeNote {
  readonly nodesAdded: readonly WorkflowNode[];
  /** Ids of nodes. */
  readonly nodesRemoved: readonly string[];
  readonly nodesModified: readonly NodeModification[];
  readonly connectionsAdded: readonly Connection[];
  /** Ids as `connectionId` makes them; one that was there twice can be in it twice. */
  readonly connectionsRemoved: readonly string[];
  /** Of the definition's own `config`. */
  readonly configurationChanges: readonly ConfigurationChange[];
}

/** `validate:0 -> price:0`: equal for equal connections, different for different ones, whatever the nodes and ports are called. */
export function connectionId(connection: Connection): string {
  return `${connectionEndId(connection.from)} -> ${connectionEndId(connection.to)}`;
}

/** `validate:0`; a port with a name is in quotes. */
export function connectionEndId(end: ConnectionEnd): string {
  return `${plainOrQuoted(end.node)}:${typeof end.port === "number" ? end.port : quoted(end.port)}`;
}
