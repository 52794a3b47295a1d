import { describe, expect, it } from "vitest";
import { type Log, TabLog } from "./runtime.ts";

const facts = (content: string, armedAt: number | null = null, missing: readonly string[] | null = []) => ({ content, missing, armedAt });
const all = (contents: Readonly<Record<string, ReturnType<typeof facts>>>) => new Map(Object.entries(contents));
const tabsOf = (log: Log, mark: string | null): readonly string[] => log.since(mark, 100).tabs.map(({ tab }) => tab);

describe("the log of tabs", () => {
  it("tells everything to who asks for the first time, and then what has changed since", () => {
    const log = new TabLog("life");
    log.note(all({ a: facts("1"), b: facts("1"), c: facts("1") }));
    const first = log.since(null, 100);
    expect(first).toMatchObject({ isWhole: true, hasMore: false, tabs: [{ tab: "a", ...facts("1") }, { tab: "b" }, { tab: "c" }] });
    expect(log.since(first.mark, 100)).toEqual({ ...first, isWhole: false, tabs: [] });
    log.note(all({ a: facts("1"), b: facts("2"), d: facts("1") }));
    expect(log.since(first.mark, 100)).toMatchObject({
      isWhole: false,
      tabs: [
        { tab: "c", content: null },
        { tab: "b", content: "2" },
        { tab: "d", content: "1" },
      ],
    });
  });

  it.each([
    ["its content", facts("2")],
    ["its arming", facts("1", 7)],
    ["a node that does not live", facts("1", null, ["x"])],
    ["that it was not started", facts("1", null, null)],
  ])("takes %s for a change", (_what, now) => {
    const log = new TabLog("life");
    log.note(all({ a: facts("1"), b: facts("1") }));
    const { mark } = log.since(null, 100);
    log.note(all({ a: facts("1"), b: now }));
    expect(log.since(mark, 100).tabs).toEqual([{ tab: "b", ...now }]);
  });

  it("tells much in several answers, and what changes meanwhile at their end", () => {
    const log = new TabLog("life");
    log.note(all({ a: facts("1"), b: facts("1"), c: facts("1") }));
    const first = log.since(null, 2);
    expect(first).toMatchObject({ isWhole: true, hasMore: true, tabs: [{ tab: "a" }, { tab: "b" }] });
    log.note(all({ a: facts("2"), c: facts("1") }));
    const second = log.since(first.mark, 2);
    expect(second).toMatchObject({ isWhole: false, hasMore: true, tabs: [{ tab: "c" }, { tab: "b", content: null }] });
    expect(log.since(second.mark, 2)).toMatchObject({ hasMore: false, tabs: [{ tab: "a", content: "2" }] });
  });

  it.each([
    ["of another life", "other:1"],
    ["of the future", "life:99"],
    ["that is none", "life:x"],
    ["without a life", "1"],
  ])("tells everything again for a mark %s", (_what, mark) => {
    const log = new TabLog("life");
    log.note(all({ a: facts("1"), b: facts("1") }));
    expect(log.since(mark, 100)).toMatchObject({ isWhole: true, tabs: [{ tab: "a" }, { tab: "b" }] });
  });

  it("tells everything to who asked before more has gone than it remembers", () => {
    const log = new TabLog("life", 1);
    log.note(all({ a: facts("1"), b: facts("1"), c: facts("1") }));
    const { mark } = log.since(null, 100);
    log.note(all({ b: facts("1"), c: facts("1") }));
    expect(tabsOf(log, mark)).toEqual(["a"]);
    log.note(all({ c: facts("1") }));
    expect(log.since(mark, 100)).toMatchObject({ isWhole: true, tabs: [{ tab: "c" }] });
  });
});
