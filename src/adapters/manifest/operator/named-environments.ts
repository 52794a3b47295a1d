/** Environments that pinion.yaml names and the repository does not have: mostly a slip of the pen, and what is said of them holds nowhere. */

import type { Finding } from "../../../domain/finding.ts";
import type { EnvironmentName } from "../../../domain/names.ts";
import type { NamedEnvironment } from "../../../domain/config/permits.ts";
import type { PinionFile } from "../../../generated/pinion.ts";
import { finding } from "../document/findings.ts";
import { suggestion } from "../document/suggest.ts";
import type { YamlDocument } from "../document/yaml-document.ts";

/** Wherever pinion.yaml says something of a single environment. */
export function namedEnvironments(config: PinionFile, document: YamlDocument): readonly NamedEnvironment[] {
  const { default: _, ...engines } = config.engines ?? {};
  return [
    ...keysOf(engines, "/engines"),
    ...keysOf(config.gateway?.environments, "/gateway/environments"),
    ...inEnvironments(config.environments),
    ...(config.notifications ?? []).flatMap(({ environments }, index) =>
      itemsOf(environments ?? [], `/notifications/${index}/environments`, ""),
    ),
    ...itemsOf(
      (config.processDeployer?.environmentManagement?.environments ?? []).map(({ environment }) => environment),
      "/processDeployer/environmentManagement/environments",
      "/environment",
    ),
  ].map(({ name, pointer, part }) => ({ name, place: document.place(pointer, part) }));
}

/** Those that no folder of the repository stands for. */
export function strangeEnvironments(named: readonly NamedEnvironment[], known: readonly EnvironmentName[]): readonly Finding[] {
  return named
    .filter(({ name }) => !known.includes(name))
    .map(({ name, place }) => {
      const message = `the settings of ${name} have no effect: the repository has no environment of this name`;
      return finding(place, "config/unknown-environment", message, suggestion(name, known));
    });
}

interface Naming {
  readonly name: EnvironmentName;
  readonly pointer: string;
  readonly part: "key" | "value";
}

function inEnvironments(environments: PinionFile["environments"]): readonly Naming[] {
  if (!Array.isArray(environments)) return keysOf(environments, "/environments");
  return environments.map((each, index) =>
    typeof each === "string"
      ? { name: each, pointer: `/environments/${index}`, part: "value" }
      : { name: each.name, pointer: `/environments/${index}/name`, part: "value" },
  );
}

/** Names have nothing that a pointer would escape. */
function keysOf(section: object | undefined, pointer: string): readonly Naming[] {
  return Object.keys(section ?? {}).map((name) => ({ name, pointer: `${pointer}/${name}`, part: "key" }));
}

function itemsOf(names: readonly EnvironmentName[], pointer: string, end: string): readonly Naming[] {
  return names.map((name, index) => ({ name, pointer: `${pointer}/${index}${end}`, part: "value" }));
}
