/** Rules of the pin writer broken on purpose. */

import type { Mutation } from "./mutations.ts";

export const writerMutations: readonly Mutation[] = [
  {
    what: "the writer forces its push",
    file: "src/adapters/git/writer/push-commit.ts",
    find: 'const lease = `--force-with-lease=${ref}:${seen ?? ""}`;',
    put: 'const lease = seen === undefined ? "" : "--force";',
  },
  {
    what: "the writer does not look for its Rollback-Id",
    file: "src/adapters/git/writer/attempt.ts",
    find: '  if (written !== null) return over({ kind: "committed", commit: written });',
    put: "",
  },
  {
    what: "the writer puts back a pin that a person has moved",
    file: "src/adapters/git/writer/attempt.ts",
    find: "if (!pins.some(({ version }) => version === request.from))",
    put: "if (pins.length === 0)",
  },
  {
    what: "the writer leaves the quarantine out",
    file: "src/adapters/git/writer/build-commit.ts",
    find: "if (quarantine.file !== null) files.set",
    put: "if (quarantine.file === undefined) files.set",
  },
  {
    what: "the writer looks no more for what it has written once it has lost a race",
    file: "src/adapters/git/writer/try-with-git.ts",
    find: "const written = await findRollback(",
    put: "const written = errand.searched !== null ? null : await findRollback(",
  },
  {
    what: "the pins of the first look are believed after a lost race",
    file: "src/adapters/git/writer/pin-places.ts",
    find: "const known = places.get(tree) ?? placesIn(tree);\n    places.set(tree, known);",
    put: "const known = places.get(environment) ?? placesIn(tree);\n    places.set(environment, known);",
  },
  {
    what: "the writer builds on the commit of the request",
    file: "src/adapters/git/writer/build-commit.ts",
    find: "tree: await treeWith({ objects, store }, base.head.tree, files)",
    put: "tree: await treeWith({ objects, store }, (await objects.commit(order.commit)).tree, files)",
  },
  {
    what: "the writer has another name for the quarantine",
    file: "src/adapters/git/writer/build-commit.ts",
    find: 'const quarantineName = "quarantine.yaml";',
    put: 'const quarantineName = "quarantine.yml";',
  },
  {
    what: "a lost race ends in a proposal",
    file: "src/adapters/git/writer/push-commit.ts",
    find: 'if (/^ ! \\[rejected\\]/m.test(output)) return { kind: "moved" };',
    put: 'if (/^ ! \\[rejected\\]/m.test(output)) return { kind: "declined", why: oneLine(output) };',
  },
  {
    what: "the writer drops the comment behind the pin",
    file: "src/adapters/git/writer/pin-text.ts",
    find: "const end = found.index + whole.length - quote.length;\n    return { start: end - version.length, end, version, followers: [] };",
    put: 'const end = found.index + whole.length - quote.length;\n    const line = text.indexOf("\\n", end);\n    return { start: end - version.length, end: line < 0 ? text.length : line, version, followers: [] };',
  },
  {
    what: "a process whose name ends like another is moved with it",
    file: "src/adapters/git/writer/pin-text.ts",
    find: "`^(${byteOrderMark})?${process}:( +)",
    put: "`(${byteOrderMark})?${process}:( +)",
  },
  {
    what: "one entry in the quarantine is enough for a process",
    file: "src/adapters/git/writer/quarantine-text.ts",
    find: "return process === entry.process && version === entry.version && digest === entry.digest;",
    put: "return process === entry.process && (version === entry.version || digest !== entry.digest);",
  },
  {
    what: "what is to be proposed is pushed to the branch",
    file: "src/adapters/git/writer/try-with-git.ts",
    find: `if (request.mode === "propose") return propose(`,
    put: `if (request.id === "") return propose(`,
  },
  {
    what: "a push that is said to be taken is believed",
    file: "src/adapters/git/writer/try-with-git.ts",
    find: "return isThere ? over(outcome) : on(attempt);",
    put: `return isThere || commit !== "" ? over(outcome) : on(attempt);`,
  },
  {
    what: "the last entry of the quarantine is overwritten",
    file: "src/adapters/git/writer/quarantine-text.ts",
    find: "const content = text.slice(0, endOf(last)).trimEnd().length;",
    put: "const content = text.slice(0, (last.range?.[0] ?? 0)).trimEnd().length;",
  },
  {
    what: "the writer's commit is on top of the commit of the request",
    file: "src/adapters/git/writer/build-commit.ts",
    find: "parent: base.head.commit,",
    put: "parent: order.commit,",
  },
  {
    what: "a branch that takes no push is tried for ever",
    file: "src/adapters/git/writer/push-commit.ts",
    find: 'return { kind: "declined", why: whyDeclined(output, reason) };',
    put: 'return { kind: "moved" };',
  },
  {
    what: "a server in trouble is taken for one that declines",
    file: "src/adapters/git/writer/push-commit.ts",
    find: "if (serverTrouble.test(reason)) throw",
    put: 'if (serverTrouble.test("")) throw',
  },
  {
    what: "a broken connection is taken for a refusal",
    file: "src/adapters/git/writer/push-commit.ts",
    find: "  if (isForbidden) return",
    put: '  if (isForbidden || failure.code === "git/unreachable") return',
  },
  {
    what: "a pin that begins like the bad version is taken for it",
    file: "src/adapters/git/writer/attempt.ts",
    find: "if (!pins.some(({ version }) => version === request.from))",
    put: "if (!pins.some(({ version }) => version.startsWith(request.from)))",
  },
];
