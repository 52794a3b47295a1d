/** Who ends the process of an engine, by what it was working on. */

import { describe, expect, it } from "vitest";
import { whyKiller } from "../../../src/domain/observed/engine-deaths.ts";
import type { UnitRef } from "../../../src/domain/names.ts";
import type { EngineDeath } from "../../../src/domain/observed/engine-deaths.ts";
import { unit } from "../../support/decision-values.ts";

const [bad, neighbour, third] = [
  unit("1.1.0"),
  { ...unit("1.0.0"), process: "billing" },
  { ...unit("2.0.0"), digest: "sha256-c" } as UnitRef,
];
const hour = 3_600_000;
const death = (suspects: readonly UnitRef[], agoMs = 1_000): EngineDeath => ({ instance: "one", agoMs, suspects });

describe("a version that ends its engine's process", () => {
  it.each([
    ["alone twice", [[bad], [bad]]],
    ["alone twice, and once beside others", [[bad], [bad, neighbour], [bad]]],
    ["alone more often than the process ended for no reason that is known", [[bad], [bad], [], [bad]]],
    ["alone twice, while another one does so too", [[bad], [neighbour], [bad], [neighbour], [neighbour]]],
  ] as const)("is named: it was worked on %s", (_how, all) => {
    expect(whyKiller(bad, { deaths: all.map((each) => death(each)) })).toMatch(/^the engine's process ended \d times while 1\.1\.0 ran, /);
  });

  it.each([
    ["nothing ended", []],
    ["it ended once", [[bad]]],
    [
      "others were worked on too",
      [
        [bad, neighbour],
        [bad, neighbour],
        [bad, neighbour],
      ],
    ],
    ["it was alone only once", [[bad], [bad, neighbour], [bad, third]]],
    ["it ended as often while nobody was worked on", [[bad], [], [bad], []]],
    ["it ended as often while several others were worked on", [[bad], [neighbour, third], [bad], [neighbour, third]]],
    ["another one was worked on", [[neighbour], [neighbour]]],
  ] as const)("is nobody where %s", (_how, all) => {
    expect(whyKiller(bad, { deaths: all.map((each) => death(each)) })).toBeNull();
  });

  it("is judged by what ended within the hour, and since it could have been the cause", () => {
    const old = [death([bad], hour), death([bad], hour)];
    expect(whyKiller(bad, { deaths: old })).not.toBeNull();
    expect(whyKiller(bad, { deaths: [death([bad]), death([bad], hour + 1)] })).toBeNull();
    expect(whyKiller(bad, { deaths: [death([bad], 5_000), death([bad], 5_001)] }, 5_000)).toBeNull();
    expect(whyKiller(bad, { deaths: [death([bad], 5_000), death([bad], 5_000)] }, 5_000)).not.toBeNull();
  });
});
