/** Changes of whole processes, by chance. */

import fc from "fast-check";
import type { FakeFile, FakeFiles } from "../../fakes/objects.ts";
import { processText, versionText } from "../../support/small-repository.ts";

/** What a commit does to the files. */
export type Change = (files: FakeFiles) => FakeFiles;

/** A file with this content, or without it; what is no folder makes way for one. */
export function withFile([path, content]: readonly [string, FakeFile | null]): Change {
  return (files) => {
    const others = Object.fromEntries(Object.entries(files).filter(([other]) => other !== path && !path.startsWith(`${other}/`)));
    return content === null ? others : { ...others, [path]: content };
  };
}

function without(files: FakeFiles, folder: string): FakeFiles {
  return Object.fromEntries(Object.entries(files).filter(([path]) => path !== folder && !path.startsWith(`${folder}/`)));
}

const folder = (process: string): string => `processes/${process}`;
/** Some sort before or behind others only because git counts a slash to the name of a folder; one is no good name, one is not ASCII. */
const processName = fc.constantFrom("called", "caller", "other", "called-too", "call", "calle0", "no good.name", "größe");

function published(process: string, answer: string): Change {
  return (files) => ({
    ...without(files, folder(process)),
    [`${folder(process)}/process.yaml`]: processText(process, { "1.0.0": answer }),
    [`${folder(process)}/versions/1.0.0.yaml`]: versionText("1.0.0", answer),
  });
}

function renamed(from: string, to: string): Change {
  return (files) => {
    const moved = Object.entries(files).filter(([path]) => path.startsWith(`${folder(from)}/`));
    const others = without(without(files, folder(from)), folder(to));
    return { ...others, ...Object.fromEntries(moved.map(([path, file]) => [path.replace(folder(from), folder(to)), file])) };
  };
}

/** Something else than a folder in its place. */
function replaced(process: string, by: FakeFile): Change {
  return (files) => ({ ...without(files, folder(process)), [folder(process)]: by });
}

const oddFile = fc.constantFrom<FakeFile>("a file", { kind: "symlink" }, { kind: "submodule" });
const pinsOfAll = fc.uniqueArray(processName, { maxLength: 5 }).map((processes) => processes.map((each) => `${each}: 1.0.0\n`).join(""));

/** Processes that are published, deleted and renamed, what stands in their place, and pins of all of them. */
export const folderChange: fc.Arbitrary<Change> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(processName, fc.constantFrom("x", "y")).map(([process, answer]) => published(process, answer)) },
  {
    weight: 2,
    arbitrary: processName.map(
      (process): Change =>
        (files) =>
          without(files, folder(process)),
    ),
  },
  { weight: 2, arbitrary: fc.tuple(processName, processName).map(([from, to]) => renamed(from, to)) },
  fc.tuple(processName, oddFile).map(([process, file]) => replaced(process, file)),
  fc.tuple(fc.constantFrom("processes/stray.yaml", "processes/README"), fc.constantFrom("x", "y", null)).map(withFile),
  pinsOfAll.map((pins) => withFile(["environments/staging/pins.yaml", pins])),
  fc.constant<Change>((files) => without(files, "processes")),
);
