import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ComparingManifests } from "../../../../src/adapters/manifest/manifests.ts";
import type { Snapshot } from "../../../../src/domain/desired/snapshot.ts";
import type { Manifests } from "../../../../src/ports/manifests.ts";
import type { FakeFiles } from "../../../fakes/objects.ts";
import { processText, smallRepository, versionText } from "../../../support/small-repository.ts";
import { runs } from "../../../support/thorough.ts";
import { type Change, folderChange, withFile } from "../folder-changes.ts";
import { createThreadWorld } from "./thread-world.ts";

const pins = "environments/staging/pins.yaml";
const production = "environments/production/environment.yaml";
const change: fc.Arbitrary<Change> = fc.oneof(
  folderChange,
  fc.tuple(fc.constant(pins), fc.constantFrom("called: 1.1.0\n", "caller: 1.0.0\ncalled: 1.0.0\n", "?", null)).map(withFile),
  fc
    .tuple(
      fc.constant(production),
      fc.constantFrom("name: production\ntype: staging\n", "name: x\n", null, "name: production\ntype: production\n"),
    )
    .map(withFile),
);

/** Comparable, whatever order maps were filled in. */
function plain({ environments, ...rest }: Snapshot): unknown {
  return { ...rest, environments: new Map(Array.from(environments, ([name, each]) => [name, { ...each, pins: new Map(each.pins) }])) };
}

const published = (answer: string): FakeFiles => ({
  "processes/called/process.yaml": processText("called", { "1.0.0": answer }),
  "processes/called/versions/1.0.0.yaml": versionText("1.0.0", answer),
});

describe("reading in a thread", () => {
  it("gives the snapshots that reading here gives, whatever changes, and whenever the thread is lost", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(change, fc.boolean()), { minLength: 1, maxLength: 6 }), async (changes) => {
        const world = createThreadWorld();
        const here = world.plain();
        let files: FakeFiles = smallRepository();
        for (const [apply, isLost] of [[(same: FakeFiles) => same, false] as const, ...changes]) {
          files = apply(files);
          const commit = world.objects.commit(files);
          if (isLost) world.kill("lost");
          expect(plain(await world.reader.snapshot(commit, 7))).toEqual(plain(await here.snapshot(commit, 7)));
        }
        await world.reader.close();
      }),
      runs(60),
    );
  });

  it("hands over what has changed, and keeps every object that has not", async () => {
    const world = createThreadWorld();
    const files = smallRepository();
    const before = await world.reader.snapshot(world.objects.commit(files), 0);
    world.parts.length = 0;
    const after = await world.reader.snapshot(world.objects.commit({ ...files, [pins]: "called: 1.0.0\ncaller: 1.0.0\n" }), 0);
    const handedOver = world.parts.flatMap((part) => (part.kind === "pins" ? part.pins.map(([process]) => process) : []));
    const differing = ["called", "caller", "other"].filter(
      (process) => before.environments.get("staging")?.pins.get(process) !== after.environments.get("staging")?.pins.get(process),
    );
    expect(handedOver.toSorted()).toEqual(differing);
    expect(after.environments.get("production")).toBe(before.environments.get("production"));
    expect(after.environments.get("staging")).not.toBe(before.environments.get("staging"));
    expect(after.environments.get("staging")?.spec).toBe(before.environments.get("staging")?.spec);
    await world.reader.close();
  });

  it("keeps every object when the thread was lost and everything is read again", async () => {
    const world = createThreadWorld();
    const files = smallRepository();
    const before = await world.reader.snapshot(world.objects.commit(files), 0);
    world.kill("out of memory");
    const after = await world.reader.snapshot(world.objects.commit({ ...files, "README.md": "x" }), 0);
    expect(after.environments.get("production")).toBe(before.environments.get("production"));
    expect(after.environments.get("staging")).toBe(before.environments.get("staging"));
    expect(world.told).toEqual(["what reads the repository has ended; it is started again: out of memory"]);
    expect(world.seen.starts).toBe(2);
    await world.reader.close();
  });

  it("takes everything over where the thread does not know what is here, and keeps what is equal", async () => {
    const world = createThreadWorld();
    const files = smallRepository();
    const before = await world.reader.snapshot(world.objects.commit(files), 0);
    world.seen.isFull = true;
    await expect(world.reader.snapshot(world.objects.commit({ ...files, [pins]: "other: 1.0.0\n" }), 0)).rejects.toThrow("full");
    world.seen.isFull = false;
    const commit = world.objects.commit({ ...files, [pins]: "called: 1.0.0\n" });
    const after = await world.reader.snapshot(commit, 0);
    expect(plain(after)).toEqual(plain(await world.plain().snapshot(commit, 0)));
    expect([...(before.environments.get("staging")?.pins.keys() ?? [])]).not.toEqual(["called"]);
    expect(after.environments.get("production")).toBe(before.environments.get("production"));
    expect(world.seen.starts).toBe(1);
    await world.reader.close();
  });

  it("gives whole versions and earlier environments as reading here does, and refuses with the same errors", async () => {
    const world = createThreadWorld();
    const here = world.plain();
    const first = world.objects.commit(smallRepository());
    const second = world.objects.commit({
      ...smallRepository(),
      [production]: "name: [",
      "processes/caller/versions/1.0.0.yaml": "version: [",
    });
    for (const reader of [world.reader, here]) for (const commit of [first, second]) await reader.snapshot(commit, 0);
    const ask = async (reader: Manifests) => ({
      version: await reader.version("called", "1.0.0"),
      earlier: await reader.earlier(first, "production"),
      never: await reader.earlier(first, "nowhere"),
      broken: await reader.version("caller", "1.0.0").catch((error: unknown) => error),
      unknown: await reader.version("nobody", "1.0.0").catch((error: unknown) => error),
    });
    const [theirs, ours] = [await ask(world.reader), await ask(here)];
    expect(theirs).toEqual(ours);
    expect(theirs.broken).toMatchObject({ code: "manifest/invalid", findings: (ours.broken as { findings: unknown }).findings });
    await world.reader.close();
  });

  it("asks for the mirror to be looked at when an object is missing, and goes on with what it has", async () => {
    const world = createThreadWorld();
    await world.reader.snapshot(world.objects.commit(smallRepository()), 0);
    await expect(world.reader.snapshot("f".repeat(40), 0)).rejects.toMatchObject({ code: "git/object-missing" });
    expect(world.seen).toMatchObject({ missed: 1, restarts: 1, starts: 1 });
    expect((await world.reader.version("called", "1.0.0")).version).toBe("1.0.0");
    await world.reader.close();
  });

  it("remembers what was published, also where the thread is lost", async () => {
    const world = createThreadWorld();
    const files = { ...smallRepository(), ...published("x") };
    await world.reader.snapshot(world.objects.commit(files), 0);
    world.kill("lost");
    const { findings } = await world.reader.snapshot(world.objects.commit({ ...files, ...published("y") }), 0);
    expect(findings.map(({ code }) => code)).toContain("version/republished");
    await world.reader.close();
  });
});

describe("a thread that cannot read a commit", () => {
  const never = new Promise<never>(() => undefined);
  const stuckFrom =
    (place: number) =>
    (start: number, manifests: ComparingManifests): ComparingManifests => {
      let reads = 0;
      return { ...manifests, snapshot: (...of) => ((reads += 1) === place && start === 1 ? never : manifests.snapshot(...of)) };
    };

  it("is ended when it takes longer than it may: the commit is too much, and the next one is read by another thread", async () => {
    let active = 0;
    const world = createThreadWorld({ instead: stuckFrom(2), activeMs: () => (active += 1), limitMs: 10 });
    const first = await world.reader.snapshot(world.objects.commit(smallRepository()), 0);
    const commit = world.objects.commit({ ...smallRepository(), "README.md": "x" });
    await expect(world.reader.snapshot(commit, 0)).rejects.toMatchObject({ code: "manifest/too-much" });
    active = 0;
    expect((await world.reader.snapshot(commit, 0)).environments.get("production")).toBe(first.environments.get("production"));
    expect(world.seen.starts).toBe(2);
    await world.reader.close();
  });

  it("is said to have taken longer than the limit that it had, which is another one for the first commit", async () => {
    let active = 0;
    const world = createThreadWorld({ instead: stuckFrom(1), activeMs: () => (active += 10_000), limitMs: 1_000 });
    const commit = world.objects.commit(smallRepository());
    const message = "too much to read in 60 s; the last good commit stays in use";
    await expect(world.reader.snapshot(commit, 0)).rejects.toMatchObject({ code: "manifest/too-much", message });
    await world.reader.close();
  });

  it("is tried once more when it dies, and no further", async () => {
    let deaths = 0;
    const dying = (_: number, manifests: ComparingManifests): ComparingManifests => ({
      ...manifests,
      snapshot: (commit, at) => {
        if (commit !== bad) return manifests.snapshot(commit, at);
        deaths += 1;
        world.kill("out of memory");
        return never;
      },
    });
    const world = createThreadWorld({ instead: dying });
    const bad = world.objects.commit({ ...smallRepository(), "README.md": "bad" });
    await world.reader.snapshot(world.objects.commit(smallRepository()), 0);
    await expect(world.reader.snapshot(bad, 0)).rejects.toMatchObject({
      code: "manifest/too-much",
      message: "what reads the repository ended over it: out of memory; the last good commit stays in use",
    });
    expect(deaths).toBe(2);
    expect((await world.reader.version("called", "1.0.0")).version).toBe("1.0.0");
    await world.reader.close();
    await expect(world.reader.version("called", "1.0.0")).rejects.toThrow("closed");
  });
});
