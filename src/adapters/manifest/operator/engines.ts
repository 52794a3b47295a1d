/** Which engines pinion.yaml may name: kinds that there are, each once in an environment. */

import { instanceIds } from "../../../domain/config/instances.ts";
import { defaultEngineKind } from "../../../domain/desired/engine-kind.ts";
import type { Finding } from "../../../domain/finding.ts";
import type { EngineKind } from "../../../domain/names.ts";
import type { EngineSection, PinionFile } from "../../../generated/pinion.ts";
import { finding } from "../document/findings.ts";
import { suggestion } from "../document/suggest.ts";
import type { YamlDocument } from "../document/yaml-document.ts";

interface Listed {
  readonly kind: EngineKind;
  readonly section: EngineSection;
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
    return all.flatMap((one, index) => {
      const { kind, pointer } = one;
      const place = document.place(`${pointer}/kind`);
      if (known?.includes(kind) === false) return [unknownKind(kind, known, place)];
      const before = all.slice(0, index);
      const isTwice = before.some((other) => other.kind === kind);
      if (isTwice) return [finding(place, "config/engine-twice", `${name} has two engines of the kind ${kind}`)];
      return instanceFindings(name, one, before, document);
    });
  });
}

/** One name would stand for instances of two engines: traffic and versions on the one would be taken for the other's. */
function instanceFindings(name: string, one: Listed, before: readonly Listed[], document: YamlDocument): readonly Finding[] {
  const ids = idsOf(one.section);
  const other = before.find(({ section }) => idsOf(section).some((id) => ids.includes(id)));
  if (other === undefined) return [];
  const id = idsOf(other.section).find((each) => ids.includes(each)) ?? "";
  const place = document.place(`${one.pointer}/${one.section.mode === "remote" ? "url" : "kind"}`);
  return [
    finding(place, "config/instance-twice", `in ${name} an instance of ${other.kind} and one of ${one.kind} would both be called ${id}`),
  ];
}

/** None where the address is no address, which the schema says. */
function idsOf({ kind = defaultEngineKind, mode = "embedded", instances = 1, url = "" }: EngineSection): readonly string[] {
  if (mode === "embedded") return instanceIds({ mode, kind, instances });
  return URL.canParse(url) ? instanceIds({ mode, url }) : [];
}

function unknownKind(kind: EngineKind, known: readonly EngineKind[], place: Parameters<typeof finding>[0]): Finding {
  const message = `the kind of engine "${kind}" is unknown; known: ${known.join(", ")}`;
  return finding(place, "config/unknown-engine", message, suggestion(kind, known));
}

function listed(section: EngineSection, pointer: string): readonly Listed[] {
  const { kind = defaultEngineKind, also = [] } = section;
  return [{ kind, section, pointer }, ...also.flatMap((other, index) => listed(other, `${pointer}/also/${index}`))];
}
