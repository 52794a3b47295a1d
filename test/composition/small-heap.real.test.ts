import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";

/** Prints the most that the young generation takes while much of what is made survives for a while, in MB. */
const survivors = `
import { getHeapSpaceStatistics } from "node:v8";
import { keepHeapSmall } from "./src/composition/small-heap.ts";
if (process.argv.includes("small")) keepHeapSmall();
const young = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space").space_size / 1024 / 1024;
let kept = [];
let most = 0;
for (let made = 0; made < 1_000_000; made += 1) {
  kept.push({ made });
  if (kept.length > 200_000) kept = kept.slice(100_000);
  if (made % 1_000 === 0) most = Math.max(most, young());
}
console.log(most);
`;

function mostYoungMb(...given: readonly string[]): number {
  const args = ["--import", "tsx", "--input-type=module", "--eval", survivors, "--", ...given];
  return Number(execFileSync(process.execPath, args, { encoding: "utf8" }));
}

it("keeps the young generation as small as it is, which grows otherwise", () => {
  expect(mostYoungMb()).toBeGreaterThan(12);
  expect(mostYoungMb("small")).toBeLessThan(12);
});
