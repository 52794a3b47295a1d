/** Which engines pinion.yaml may name: kinds that there are, each once in an environment. */

import { defaultEngineKind } from "../../../domain/desired/engine-kind.ts";
import type { Finding } from "../../../domain/finding.ts";
import type { EngineKind } from "../../../domain/names.ts";
import type { EngineSection, PinionFile } from "../../../generated/pinion.ts";
import { finding } from "../document/findings.ts";
import { suggestion } from "../document/suggest.ts";
import type { YamlDocument } from "../document/yaml-document.ts";

interface Listed {
  readonly kind: EngineKind;
  readonly pointer: string;
}

/** `known`: the kinds that there are; null: any. */
export function engineFindings(
  { engines = {} }: PinionFile,
  known: readonly EngineKind[] | null,
  document: YamlDocument,
): readonly Finding[] {
  return Object.entries(engines).flatMap(([name, section]) => {
    const all = listed(section, `/engines/${name}`);
    return all.flatMap(({ kind, pointer }, index) => {
      const place = document.place(`${pointer}/kind`);
      if (known?.includes(kind) === false)
        return [finding(place, "config/unknown-engine", `the kind of engine "${kind}" is unknown`, suggestion(kind, known))];
      const isTwice = all.slice(0, index).some((before) => before.kind === kind);
      return isTwice ? [finding(place, "config/engine-twice", `${name} has two engines of the kind ${kind}`)] : [];
    });
  });
}

function listed({ kind = defaultEngineKind, also = [] }: EngineSection, pointer: string): readonly Listed[] {
  return [{ kind, pointer }, ...also.flatMap((section, index) => listed(section, `${pointer}/also/${index}`))];
}
