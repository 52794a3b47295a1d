/** Which files that decide have no test of their path. */

/** Folders of src/ in which every file that decides has a test of its path under test/. */
const mirroredFolders: readonly string[] = ["src/domain/", "src/controller/"];

/** So many places at which a file goes one way or another make it a decision of its own. */
const fewestBranches = 10;

/**
 * Files that are tested under the path of another: parts of a whole that are tested through the whole, such as the readers of paths; and
 * decisions about several processes, which are played through. The path is that of the test. Nothing new belongs here.
 */
export const playedThrough: Readonly<Record<string, string>> = {
  "src/controller/changes/deployment-changes.ts": "test/controller/changes/change-records.test.ts",
  "src/controller/changes/hand-edits.ts": "test/controller/changes/change-records.test.ts",
  "src/controller/controller.ts": "test/controller/loop.test.ts",
  "src/controller/measuring/ask.ts": "test/controller/measuring/measurements.test.ts",
  "src/controller/notifications/delivery-queue.ts": "test/controller/notifications/dispatcher.test.ts",
  "src/controller/perform.ts": "test/controller/order-of-work.test.ts",
  "src/controller/report.ts": "test/controller/events-and-log.test.ts",
  "src/controller/shift-traffic.ts": "test/controller/refused-route.test.ts",
  "src/controller/validating/installation.ts": "test/controller/validating/questions.test.ts",
  "src/controller/validating/placements.ts": "test/controller/validating/engine-goes-away.test.ts",
  "src/controller/validating/validate.ts": "test/controller/validating/questions.test.ts",
  "src/domain/paths/express-path.ts": "test/domain/paths/path-pattern.test.ts",
  "src/domain/plan/beginning.ts": "test/domain/plan/plan.test.ts",
  "src/domain/plan/held.ts": "test/domain/plan/plan.test.ts",
  "src/domain/plan/imagined-world.ts": "test/domain/plan/undisturbed.test.ts",
  "src/domain/plan/opened-world.ts": "test/domain/plan/undisturbed.test.ts",
  "src/domain/plan/play-forward.ts": "test/domain/plan/undisturbed.test.ts",
};

/** Places at which the text goes one way or another. */
export function branchesIn(text: string): number {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/gu, "");
  return code.match(/\bif \(|\? (?!:)|\bcase |&&|\|\||\?\?/gu)?.length ?? 0;
}

/** Every file that decides and has neither a test of its path nor one that plays it through, and every entry of the list that is needless or wrong. */
export function judgeMirror(
  sources: ReadonlyMap<string, string>,
  isThere: (test: string) => boolean,
  played = playedThrough,
): readonly string[] {
  const deciding = [...sources].flatMap(([file, text]) =>
    mirroredFolders.some((folder) => file.startsWith(folder)) && branchesIn(text) >= fewestBranches ? [file] : [],
  );
  const lacking = deciding.filter((file) => !isThere(testOf(file)) && !(file in played)).map((file) => `${file}: has no ${testOf(file)}`);
  const listed = Object.entries(played).flatMap(([file, test]) => judgeEntry(file, test, { isKnown: deciding.includes(file), isThere }));
  return [...lacking, ...listed];
}

interface Entry {
  readonly isKnown: boolean;
  isThere(test: string): boolean;
}

function judgeEntry(file: string, test: string, { isKnown, isThere }: Entry): readonly string[] {
  if (!isKnown) return [`${file}: is listed as played through, and decides nothing there`];
  if (isThere(testOf(file))) return [`${file}: is listed as played through, and has a test of its own`];
  return isThere(test) ? [] : [`${file}: is listed as played through by ${test}, which is not there`];
}

function testOf(file: string): string {
  return file.replace(/^src\//u, "test/").replace(/\.ts$/u, ".test.ts");
}
