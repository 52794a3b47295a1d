/** The neutral graph of one version of a process: what is versioned, compared, compiled and deployed. */

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export interface Position {
  readonly x: number;
  readonly y: number;
}

/** One step of a workflow. `config` is the engine's own settings of that node type; a node without a position is configuration only. */
export interface WorkflowNode {
  readonly id: string;
  readonly type: string;
  readonly title?: string;
  readonly position?: Position;
  readonly config: JsonObject;
}

/** One end of a connection. Ports are counted from 0, or named where the engine names them. */
export interface ConnectionEnd {
  readonly node: string;
  readonly port: number | string;
}

export interface Connection {
  readonly from: ConnectionEnd;
  readonly to: ConnectionEnd;
}

export interface Definition {
  readonly nodes: readonly WorkflowNode[];
  readonly connections: readonly Connection[];
  readonly config: JsonObject;
}
