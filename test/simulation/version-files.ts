/** Files of versions, in worlds in which people spoil them: as published, half an edit, or other content under the same number. */

import type { ProcessId, Version } from "../../src/domain/names.ts";
import { isBroken, withHalfAnEdit } from "./files.ts";
import type { Files } from "./git.ts";

/** Half an edit; content that is not what its digest says; or content and digest that are not what was published. */
export type Spoilt = "half an edit" | "altered" | "republished";

export const spoilings: readonly Spoilt[] = ["half an edit", "altered", "republished"];

export const asPublished = "content: 1\ndigest: 1\n";

export function versionPath(process: ProcessId, version: Version): string {
  return `processes/${process}/versions/${version}.yaml`;
}

/** Null: it is as it was published; or there are no files of versions in this world. */
export function spoiltIn(files: Files, process: ProcessId, version: Version): Spoilt | null {
  const text = files.get(versionPath(process, version)) ?? asPublished;
  if (text === asPublished) return null;
  if (isBroken(text)) return "half an edit";
  return text.endsWith("digest: 1\n") ? "altered" : "republished";
}

export function spoiltText(how: Spoilt): string {
  if (how === "half an edit") return withHalfAnEdit(asPublished);
  return how === "altered" ? "content: 2\ndigest: 1\n" : "content: 2\ndigest: 2\n";
}

/** What a commit's files say of each of these versions. */
export function spoiltPaths(files: Files): readonly string[] {
  return [...files].filter(([path, text]) => path.startsWith("processes/") && text !== asPublished).map(([path]) => path);
}
