/** Which files of the policy have no test of their path. */

/** Folders of src/ in which every file that decides has a test of its path under test/. */
const policyFolders: readonly string[] = ["analysis", "commands", "decision", "gates", "rollback", "strategies"].map(
  (name) => `src/domain/${name}/`,
);

/** So many places at which a file goes one way or another make it a decision of its own. */
const fewestBranches = 10;

/**
 * Files whose decision is about several processes, or about a whole rollout: a table of one of them would repeat the rest of the
 * decision function. Each is tested by playing it through; the path is that of the test.
 */
export const playedThrough: Readonly<Record<string, string>> = {
  "src/domain/decision/apply-commands.ts": "test/controller/people.test.ts",
  "src/domain/decision/handovers.ts": "test/controller/handover.test.ts",
  "src/domain/decision/lifecycle.ts": "test/controller/reconcile.test.ts",
  "src/domain/decision/preserve.ts": "test/controller/kept-serving.test.ts",
  "src/domain/decision/proposed-change.ts": "test/domain/decision/evaluate.test.ts",
  "src/domain/rollback/doubt.ts": "test/controller/rolled-back-rival.test.ts",
  "src/domain/rollback/quarantine-layout.ts": "test/domain/rollback/quarantine.test.ts",
  "src/domain/rollback/together.ts": "test/controller/back-together.test.ts",
  "src/domain/rollback/ways-back.ts": "test/controller/back-together.test.ts",
  "src/domain/strategies/handing-over.ts": "test/controller/handover.test.ts",
  "src/domain/strategies/steps.ts": "test/domain/strategies/blue-green.test.ts",
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
    policyFolders.some((folder) => file.startsWith(folder)) && branchesIn(text) >= fewestBranches ? [file] : [],
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
