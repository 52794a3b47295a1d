import { describe, expect, it } from "vitest";
import type { Finding } from "../../../../src/domain/finding.ts";
import { asWarning, finding, mostImportant, startOf } from "../../../../src/adapters/manifest/document/findings.ts";

const found = (index: number): Finding => finding(startOf(`processes/p${String(index).padStart(6, "0")}`), "file/missing", "x");

describe("more findings than anybody can use", () => {
  it.each([2_500, 25_000, 60_000])("%d: the first errors are shown, in order, and how many are not", (count) => {
    const all = Array.from({ length: count }, (_, index) => (index % 2 === 0 ? asWarning(found(index)) : found(index)));
    const shown = mostImportant(all);
    expect(shown).toHaveLength(2001);
    expect(shown.at(-1)).toMatchObject({ code: "limit/findings", message: `${count - 2000} more findings are not shown` });
    const errors = shown.filter(({ severity }) => severity === "error").length;
    expect(errors).toBe(Math.min(count / 2, 2000) + 1);
    expect(shown[0]?.file).toBe(count < 4000 ? "processes/p000000" : "processes/p000001");
  });
});
