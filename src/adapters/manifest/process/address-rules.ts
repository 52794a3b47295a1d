/** Where a version answers: whether it can, and in which line of which file it says so. */

import type { Definition } from "../../../domain/desired/definition.ts";
import type { Finding } from "../../../domain/finding.ts";
import { readPath } from "../../../domain/paths/path-pattern.ts";
import { UnreadablePath } from "../../../domain/paths/unreadable-path.ts";
import type { PublicEndpoint } from "../../../domain/desired/unit.ts";
import type { DefinedEndpoint, Dialect } from "../../../ports/dialect.ts";
import type { Locate } from "./definition-rules.ts";
import { finding } from "../document/findings.ts";
import { maxAddresses, maxFindings } from "../document/limits.ts";

/** An address of a version, and where it is written. */
export interface PlacedAddress extends PublicEndpoint {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The addresses of a definition, and what is wrong with them. */
export function addressesOf(
  definition: Definition,
  dialect: Dialect | undefined,
  locate: Locate,
): { readonly addresses: readonly PlacedAddress[]; readonly findings: readonly Finding[] } {
  const defined = dialect?.endpoints(definition) ?? [];
  const extra = defined[maxAddresses];
  if (extra !== undefined) {
    const message = `the definition has ${defined.length} addresses; ${maxAddresses} are allowed`;
    return { addresses: [], findings: [finding(locate(extra.pointer), "limit/nodes", message)] };
  }
  const addresses = defined.map(({ method, path, pointer }): PlacedAddress => {
    const { file, line, column } = locate(pointer);
    return { method, path, file, line, column };
  });
  const findings = defined.flatMap((address) => {
    const why = address.fault ?? whyNotServed(address.path);
    const message = `${address.method} ${shown(address.path)} is not served: ${why}`;
    return why === null ? [] : [finding(locate(address.pointer), "address/not-served", message)];
  });
  return { addresses, findings: findings.slice(0, maxFindings) };
}

function whyNotServed(path: DefinedEndpoint["path"]): string | null {
  try {
    readPath(path);
    return null;
  } catch (error) {
    if (error instanceof UnreadablePath) return error.message;
    throw error;
  }
}

/** Bounded, since it is written by others. */
function shown(path: string): string {
  return path.length > 120 ? `${path.slice(0, 120)}…` : path;
}
