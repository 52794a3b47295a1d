/** The record of a process whose row in the cache is read when somebody looks into it: of ten thousand a commit touches a few. */

import type { Finding } from "../../domain/finding.ts";
import type { ProcessId } from "../../domain/names.ts";
import type { ListedCatalogue, ProcessRecord } from "./process/process-record.ts";

/** @throws `KeptRowLost` when the cache has no row of it any more. */
export type ReadRow = (process: ProcessId, treeId: string) => ProcessRecord;

export interface KeptRecordParts {
  readonly process: ProcessId;
  readonly treeId: string;
  readonly findings: readonly Finding[];
  readonly readRow: ReadRow;
}

/** Name, tree and findings are known; all else throws `KeptRowLost` when it cannot be read. */
export class KeptRecord implements ProcessRecord {
  readonly process: ProcessId;
  readonly treeId: string;
  readonly findings: readonly Finding[];
  readonly #readRow: ReadRow;
  #row: ProcessRecord | null = null;

  constructor({ process, treeId, findings, readRow }: KeptRecordParts) {
    this.process = process;
    this.treeId = treeId;
    this.findings = findings;
    this.#readRow = readRow;
  }

  get catalogue(): ListedCatalogue {
    return this.#whole().catalogue;
  }

  get versions(): ProcessRecord["versions"] {
    return this.#whole().versions;
  }

  #whole(): ProcessRecord {
    this.#row ??= this.#readRow(this.process, this.treeId);
    return this.#row;
  }
}
