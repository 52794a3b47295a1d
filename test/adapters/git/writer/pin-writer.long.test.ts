import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { revertOrder } from "../../../contracts/pin-writer.ts";
import { failureOf } from "../../../support/failure.ts";
import { createWriterWorld, identity, noon } from "./writer-world.ts";
import type { WriterWorld, WriterWorldOptions } from "./writer-world.ts";

let world: WriterWorld;
const request = revertOrder();

async function start(options: WriterWorldOptions = {}, pins = "order-intake: 1.5.0\n"): Promise<WriterWorld> {
  world = await createWriterWorld(options);
  world.write({ "pins.yaml": pins });
  return world;
}

const git = (...args: readonly string[]) => world.remote.remote.git(...args);
const idsOnBranch = async () => (await world.commits()).flatMap(({ rollbackId }) => rollbackId ?? []);

afterEach(() => world.dispose());

describe("the commit", () => {
  it("changes the pin and the quarantine and not another byte", async () => {
    const pins = "# ours\r\npayment: 2.0.0\r\norder-intake:  '1.5.0'   # see the changelog\r\n\r\n# end";
    await start({}, pins);
    world.write({ "quarantine.yaml": "quarantine:\n  # theirs\n  - process: payment\n" });
    await world.writer.revert(request);
    expect(git("diff-tree", "-r", "--name-only", "main~1", "main").split("\n")).toEqual([
      "environments/production/pins.yaml",
      "environments/production/quarantine.yaml",
    ]);
    expect(world.text("pins.yaml")).toBe(pins.replace("1.5.0", "1.4.2"));
    expect(world.text("quarantine.yaml")).toMatch(/^quarantine:\n {2}# theirs\n {2}- process: payment\n {2}- process: order-intake\n/);
  });

  it("leaves modes, links and odd names in the tree as they are, and is sound", async () => {
    await start();
    const blob = git("rev-parse", "main:environments/production/pins.yaml");
    const odd = [
      `100755 ${blob}\tenvironments/production/pins.yaml`,
      `120000 ${blob}\tlink`,
      `100644 ${blob}\tenvironments/production-2`,
      `100755 ${blob}\tenvironments/a`,
    ];
    const index = { GIT_INDEX_FILE: join(world.remote.folder, "index") };
    const { execFileSync } = await import("node:child_process");
    const run = (args: readonly string[], input = "") =>
      execFileSync("git", args, { cwd: world.remote.remote.path, env: { ...process.env, ...index }, input })
        .toString()
        .trim();
    run(["read-tree", "main"]);
    run(["update-index", "--index-info"], `${odd.join("\n")}\n`);
    const commit = run(["-c", "user.name=a", "-c", "user.email=a@b", "commit-tree", "-p", "main", "-m", "odd", run(["write-tree"])]);
    git("update-ref", "refs/heads/main", commit);
    await world.writer.revert(request);
    expect(git("diff-tree", "-r", "--raw", "--no-abbrev", "main~1", "main").split("\n")[0]).toMatch(/^:100755 100755 /);
    expect(git("ls-tree", "-r", "main", "link")).toMatch(/^120000/);
    git("fsck", "--strict", "--full");
  });

  it("finds the pin in a file of pins/, and below the folder of the repository", async () => {
    world = await createWriterWorld({ path: "config/flows/" });
    world.write({ "pins.yaml": "payment: 2.0.0\n", "pins/team-a.yaml": "billing: 1.5.0\n", "pins/team-b.yaml": "order-intake: 1.5.0\n" });
    expect((await world.writer.revert(request)).kind).toBe("committed");
    expect(world.text("pins/team-b.yaml")).toBe("order-intake: 1.4.2");
    expect(world.text("pins/team-a.yaml")).toBe("billing: 1.5.0");
    expect(world.text("quarantine.yaml")).toContain("order-intake");
  });

  it("is Pinion's, dated by its clock, and says why", async () => {
    await start();
    const pinned = world.remote.remote.head();
    await world.writer.revert(request);
    expect(git("log", "-1", "--format=%an <%ae> %at %cn <%ce> %ct", "main")).toBe(
      `${identity.name} <${identity.email}> ${noon / 1000} ${identity.name} <${identity.email}> ${noon / 1000}`,
    );
    expect(git("log", "-1", "--format=%s", "main")).toBe("revert(production): order-intake 1.5.0 -> 1.4.2");
    expect(git("log", "-1", "--format=%(trailers:unfold)", "main").split("\n")).toEqual([
      `Rollback-Of: ${pinned}`,
      "Rollback-Trigger: error_rate",
      "Rollback-Id: rb-1",
    ]);
  });

  it("is Pinion's also when a person ordered it, and says who they claimed to be", async () => {
    await start();
    const by = { name: "Ann", email: "ann@example.com", claimed: "with the token of uid 1000" };
    await world.writer.revert(revertOrder({ by, trigger: "manual" }));
    expect(git("log", "-1", "--format=%an <%ae>, %cn <%ce>", "main")).toBe(
      `${identity.name} <${identity.email}>, ${identity.name} <${identity.email}>`,
    );
    expect(git("log", "-1", "--format=%(trailers:key=Rollback-By,valueonly)", "main").trim()).toBe(
      "Ann <ann@example.com> (as claimed with the token of uid 1000)",
    );
    git("fsck", "--strict");
  });

  it("names the commit that pinned the bad version: the merge, where a branch was merged", async () => {
    await start({}, "order-intake: 1.4.2\n");
    const base = world.remote.remote.head();
    world.remote.remote.commit({ "environments/production/pins.yaml": "order-intake: 1.5.0\n" }, "bump", "main");
    const bump = world.remote.remote.head();
    const merge = git("commit-tree", "-p", base, "-p", bump, "-m", "merge", `${bump}^{tree}`);
    git("update-ref", "refs/heads/main", merge);
    world.write({ "pins/other.yaml": "billing: 1.0.0\n" });
    world.write({ "pins.yaml": "# moved a line down\norder-intake: 1.5.0\n" });
    await world.writer.revert(request);
    expect(git("log", "-1", "--format=%(trailers:key=Rollback-Of,valueonly)", "main")).toBe(merge);
  });

  it("leaves a broken quarantine.yaml alone, and says so", async () => {
    await start();
    world.write({ "quarantine.yaml": "quarantine: [\n" });
    expect((await world.writer.revert(request)).kind).toBe("committed");
    expect(world.text("quarantine.yaml")).toBe("quarantine: [");
    expect(git("log", "-1", "--format=%b", "main")).toMatch(/cannot be read/);
  });

  it("takes a pin back that is there twice", async () => {
    await start({}, "order-intake: 1.5.0\n");
    world.write({ "pins/a.yaml": "order-intake: 1.5.0\n" });
    await world.writer.revert(request);
    expect([world.text("pins.yaml"), world.text("pins/a.yaml")]).toEqual(["order-intake: 1.4.2", "order-intake: 1.4.2"]);
  });
});

describe("on the way to the branch", () => {
  it("says who moved the pin", async () => {
    await start();
    const commit = world.write({ "pins.yaml": "order-intake: 1.6.0\n" });
    world.write({ "pins/other.yaml": "billing: 1.0.0\n" });
    expect(await world.writer.revert(request)).toEqual({
      kind: "superseded",
      why: `the pin of order-intake was moved to 1.6.0 by Config Author in ${commit.slice(0, 12)}`,
    });
  });

  it("loses a race at the server, and comes again", async () => {
    await start();
    world.proxy.beforeArrival(() => world.pin("payment", "2.1.0"));
    expect((await world.writer.revert(request)).kind).toBe("committed");
    expect(await world.pinned("payment")).toBe("2.1.0");
    expect(await idsOnBranch()).toEqual(["rb-1"]);
  });

  it("does not bring back what a person has taken off the branch in between", async () => {
    await start({}, "order-intake: 1.5.0\n");
    const kept = world.remote.remote.head();
    const dropped = world.write({ "pins.yaml": "order-intake: 1.5.0\npayment: 1.0.0\n" });
    world.proxy.beforePush(async () => git("update-ref", "refs/heads/main", kept));
    expect((await world.writer.revert(request)).kind).toBe("committed");
    const commits = await world.commits();
    expect(commits.map(({ commit }) => commit)).not.toContain(dropped);
    expect(commits[1]?.commit).toBe(kept);
  });

  it("says that an answer was lost, and finds the commit afterwards, in a new process too", async () => {
    await start();
    world.loseAnswer();
    expect((await failureOf(world.writer.revert(request))).code).toBe("git/unreachable");
    const there = world.remote.remote.head();
    expect(await (await world.restart()).revert(request)).toEqual({ kind: "committed", commit: there });
    expect(await idsOnBranch()).toEqual(["rb-1"]);
  });

  it("writes once when it was ended between building and pushing", async () => {
    await start();
    const before = world.remote.remote.head();
    const reached = new Promise<void>((resolve) => {
      world.beforePush(async () => {
        world.remote.server.behave("hang");
        resolve();
      });
    });
    const ended = failureOf(world.writer.revert(request));
    await reached;
    const restarted = world.restart();
    expect((await ended).code).toBe("git/failed");
    expect(world.remote.remote.head()).toBe(before);
    world.remote.server.behave("normal");
    expect((await (await restarted).revert(request)).kind).toBe("committed");
    expect(await idsOnBranch()).toEqual(["rb-1"]);
  });

  it("says that the server is down, and writes when it is up", async () => {
    await start();
    await world.remote.down();
    expect((await failureOf(world.writer.revert(request))).code).toBe("git/unreachable");
    await world.remote.up();
    expect((await world.writer.revert(request)).kind).toBe("committed");
  });

  it("gives up on a server that calls every push out of date while its branch stands still", async () => {
    await start();
    const lock = join(world.remote.remote.path, "refs/heads/main.lock");
    writeFileSync(lock, "");
    expect(await failureOf(world.writer.revert(request))).toMatchObject({
      code: "git/unreachable",
      message: expect.stringMatching(/has not moved/),
    });
    rmSync(lock);
    expect((await world.writer.revert(request)).kind).toBe("committed");
  });

  it("finds a proposal that people have merged, squashed or not", async () => {
    await start();
    expect(await world.writer.revert(revertOrder({ mode: "propose" }))).toMatchObject({
      why: "rollbackPolicy.manual.approvalRequired is set",
    });
    const proposal = git("rev-parse", "refs/heads/rollback/production/rb-1");
    const squashed = git(
      "commit-tree",
      "-p",
      "main",
      "-m",
      `merged (#7)\n\n${git("log", "-1", "--format=%B", proposal)}\n\nCo-authored-by: A <a@b>`,
      `${proposal}^{tree}`,
    );
    git("update-ref", "refs/heads/main", squashed);
    git("update-ref", "-d", "refs/heads/rollback/production/rb-1");
    expect(await world.writer.revert(request)).toEqual({ kind: "committed", commit: squashed });
  });

  it("is not misled by a commit that merely speaks of the order", async () => {
    await start();
    git(
      "update-ref",
      "refs/heads/main",
      git("commit-tree", "-p", "main", "-m", "about Rollback-Id: rb-1\n\nRollback-Id: rb-11\n", "main^{tree}"),
    );
    expect((await world.writer.revert(request)).kind).toBe("committed");
  });
});

describe("where pushes are not welcome", () => {
  it("proposes when a hook declines, with the hook's words", async () => {
    await start();
    world.hook("update", '[ "$1" != refs/heads/main ] || { echo "only reviewed merges are allowed, others are denied" >&2; exit 1; }');
    expect(await world.writer.revert(request)).toMatchObject({ kind: "proposed", why: expect.stringMatching(/only reviewed merges/) });
    const proposed = git("show", "refs/heads/rollback/production/rb-1:environments/production/pins.yaml");
    expect(proposed).toBe("order-intake: 1.4.2");
  });

  it("finds its proposal when the answer about it was lost", async () => {
    await start();
    await world.protect();
    world.proxy.beforeArrival(async () => world.loseAnswer());
    expect((await failureOf(world.writer.revert(request))).code).toBe("git/unreachable");
    const there = git("rev-parse", "refs/heads/rollback/production/rb-1");
    expect(await world.writer.revert(request)).toMatchObject({ kind: "proposed", commit: there });
  });

  it("says git/refused when not even a branch of its own is taken", async () => {
    await start();
    world.hook("pre-receive", "exit 1");
    expect(await failureOf(world.writer.revert(request))).toMatchObject({
      code: "git/refused",
      message: expect.stringMatching(/pre-receive hook declined/),
    });
  });
});

describe("the mirror meanwhile", () => {
  it("accepts nothing by itself: the commit is fetched as anybody's", async () => {
    await start();
    const { repository } = world.remote;
    const before = await repository.fetch(null);
    const outcome = await world.writer.revert(request);
    expect(await repository.mirrored()).toEqual(before);
    const head = await repository.fetch(before.commit);
    expect(outcome).toEqual({ kind: "committed", commit: head.commit });
    expect(head.subject).toMatch(/^revert\(production\)/);
  });

  it("polls and fetches while a push takes its time", async () => {
    await start();
    const { folder, repository } = world.remote;
    const [arrived, go] = [join(folder, "arrived"), join(folder, "go")];
    world.hook("pre-receive", `touch '${arrived}'; while [ -e '${arrived}' ] && [ ! -e '${go}' ]; do sleep 0.02; done`);
    const reverting = world.writer.revert(request);
    await vi.waitUntil(() => existsSync(arrived), { timeout: 120_000 });
    const head = await repository.fetch(null);
    expect(await repository.poll()).toBe(head.commit);
    writeFileSync(go, "");
    expect((await reverting).kind).toBe("committed");
  });
});
