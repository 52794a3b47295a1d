import { describe, expect, it } from "vitest";
import { PinionError } from "../../src/domain/errors.ts";
import type { RunningController } from "../../src/demo/controller-process.ts";
import { type Told, playChapters } from "../../src/demo/tour.ts";
import { type Chapter, expectNoFailure, type TourParts, until } from "../../src/demo/tour-parts.ts";

const parts = {} as TourParts;

function chapter(title: string, play: () => Promise<string>): Chapter {
  return { title, play };
}

async function play(story: readonly Chapter[], stopping = new AbortController().signal) {
  const told: [string, Told][] = [];
  const isTrue = await playChapters(story, parts, { stopping, onTold: ({ title }, one) => told.push([title, one]) });
  return { isTrue, told };
}

const good = chapter("good", async () => "seen");
const bad = chapter("bad", async () => Promise.reject(new Error("not seen")));

describe("the tour", () => {
  it("is true when every chapter is", async () => {
    expect(await play([good, good])).toEqual({
      isTrue: true,
      told: [
        ["good", { kind: "true", proof: "seen" }],
        ["good", { kind: "true", proof: "seen" }],
      ],
    });
  });

  it("ends with the first chapter that is not, and says why", async () => {
    expect(await play([bad, good])).toEqual({ isTrue: false, told: [["bad", { kind: "untrue", why: "not seen" }]] });
  });

  it("is not true when it is ended by hand, also before it begins", async () => {
    const stopping = new AbortController();
    const endless = chapter("endless", () => {
      stopping.abort();
      return new Promise(() => undefined);
    });
    expect(await play([endless], stopping.signal)).toMatchObject({ isTrue: false, told: [["endless", { why: "ended by hand" }]] });
    expect(await play([good], stopping.signal)).toEqual({ isTrue: false, told: [] });
  });
});

describe("a chapter", () => {
  const controller = (death: string | null) => ({ death: () => death }) as RunningController;

  it.each([
    ["goes on waiting for a controller that does not answer once", null, "asked again"],
    ["fails when its controller is dead", "it is dead", "no controller answers"],
  ])("%s", async (_, death, outcome) => {
    let asked = 0;
    const ask = async () => {
      asked += 1;
      if (asked === 1) throw new PinionError("controller/unreachable", "no controller answers");
      return "asked again";
    };
    const waiting = until({ stopping: new AbortController().signal, controller: controller(death) }, ask, () => "it answers");
    expect(await waiting.catch((error: Error) => error.message)).toBe(outcome);
  });

  it("does not wait on when the tour is given up", async () => {
    const stopping = AbortSignal.abort(new Error("given up"));
    await expect(
      until(
        { stopping, controller: controller(null) },
        () => null,
        () => "it is so",
      ),
    ).rejects.toThrow("given up");
  });

  it("fails loudly when a request has failed", () => {
    const counts = { requests: 10, failed: 0, firstFailure: null, byVersion: new Map() };
    expect(() => expectNoFailure(counts)).not.toThrow();
    expect(() => expectNoFailure({ ...counts, failed: 1, firstFailure: "status 502" })).toThrow("1 of 10 requests failed: status 502");
  });
});
