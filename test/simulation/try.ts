import { simulate } from "./simulate.ts";
const [from, n, verbose] = process.argv.slice(2);
Error.stackTraceLimit = 3;
const t = Date.now();
let bad = 0;
for (let s = Number(from); s < Number(from) + Number(n); s++) {
  const r = await simulate(s, verbose === "v");
  if (verbose === "v") console.log(r.lines.join("\n"));
  if (r.violations.length) {
    bad++;
    if (verbose !== "q") console.log(s, r.violations[0]?.invariant, "|", r.violations[0]?.seen.slice(0, 600));
  }
}
console.log(bad, (Date.now() - t) / Number(n), "ms");
