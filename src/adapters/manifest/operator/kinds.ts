/** Which kinds of engine, router and store pinion.yaml may name, and where a router has its settings. */

import { defaultKinds } from "../../../domain/config/config.ts";
import type { Finding } from "../../../domain/finding.ts";
import type { EngineKind, RouterKind, StoreKind } from "../../../domain/names.ts";
import type { PinionFile } from "../../../generated/pinion.ts";
import { finding } from "../document/findings.ts";
import { suggestion } from "../document/suggest.ts";
import type { YamlDocument } from "../document/yaml-document.ts";
import { engineFindings } from "./engines.ts";

/** The kinds that there are. */
export interface KnownKinds {
  readonly engine: readonly EngineKind[];
  readonly router: readonly RouterKind[];
  readonly store: readonly StoreKind[];
}

/** `known`: the kinds that there are; null: any. */
export function kindFindings(file: PinionFile, known: KnownKinds | null, document: YamlDocument): readonly Finding[] {
  const unknown = (["router", "store"] as const).flatMap((what) => {
    const kind = file[what]?.kind ?? defaultKinds[what];
    if (known === null || known[what].includes(kind)) return [];
    const message = `the kind of ${what} "${kind}" is unknown; known: ${known[what].join(", ")}`;
    return [finding(document.place(`/${what}/kind`), `config/unknown-${what}`, message, suggestion(kind, known[what]))];
  });
  return [...engineFindings(file, known?.engine ?? null, document), ...unknown, ...strayFindings(file, document)];
}

/** Settings of a router that is not the one that is used would have no effect. */
function strayFindings({ router, gateway }: PinionFile, document: YamlDocument): readonly Finding[] {
  const kind = router?.kind ?? defaultKinds.router;
  if (gateway === undefined || kind === "gateway") return [];
  return [finding(document.place("/gateway", "key"), "config/other-router", `"gateway" has no effect: the router is of the kind ${kind}`)];
}
