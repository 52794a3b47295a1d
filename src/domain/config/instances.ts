/** What the instances of an engine are called: in the journal, in traffic counts and in state folders. */

import type { EngineKind } from "../names.ts";

/** Where an engine is, as far as names go. */
export type EnginePlace =
  | { readonly mode: "embedded"; readonly kind: EngineKind; readonly instances: number }
  | { readonly mode: "remote"; readonly url: string };

/** In an environment each name must stand for one instance, whatever kinds of engines it has. `url` must be one. */
export function instanceIds(place: EnginePlace): readonly string[] {
  if (place.mode === "remote") return [new URL(place.url).host];
  const { kind, instances } = place;
  return Array.from({ length: instances }, (_, index) => `${kind}-${index + 1}`);
}
