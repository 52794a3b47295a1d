/** Rules about clocks, disks, files and needs, broken on purpose: see `mutations.ts`. */

import type { Mutation } from "./mutations.ts";

export const troubleMutations: readonly Mutation[] = [
  {
    what: "what has changed since it was decided is installed all the same",
    file: "src/controller/units.ts",
    find: "!== ref.digest) {",
    put: '=== "") {',
    among: "breaksVersions",
  },
  {
    what: "a run that was killed at once is not remembered",
    file: "src/adapters/system/system-time.ts",
    find: "  safely(remember, log);\n  const stopLooking",
    put: "  const stopLooking",
    among: "setsClock",
  },
  {
    what: "a run begins at the machine's clock, though it was set back",
    file: "src/adapters/system/system-time.ts",
    find: "Math.max(wall, before?.newest ?? wall)",
    put: "wall",
    among: "setsClock",
  },
  {
    what: "time between two runs is not lost",
    file: "src/adapters/system/system-time.ts",
    find: "before.lostMs + (from - before.newest)",
    put: "before.lostMs",
  },
  {
    what: "the time of a run is the machine's clock",
    file: "src/adapters/system/system-time.ts",
    find: "Math.floor(from + machine.monotonic() - origin)",
    put: "Math.floor(from + machine.wall() - wall)",
    among: "setsClock",
  },
  {
    what: "what protects callers waits for the disk",
    file: "src/controller/protect.ts",
    find: "const left = await takeBack(urgent, ports);",
    put: "const left = urgent;",
    among: "fillsDisk",
  },
  {
    what: "schedules of what was rejected wait for the disk",
    file: "src/controller/protect.ts",
    find: "    ...(await arm(environment, shifted, ports)),",
    put: "",
    among: "fillsDisk",
  },
  {
    what: "what goes back by recreate on a full disk takes nothing out first",
    file: "src/controller/protect.ts",
    find: "    ...(await remove(environment, owed.filter(isMakingRoom), ports)),",
    put: "",
    among: "fillsDisk",
  },
  {
    what: "nobody waits for what it needs",
    file: "src/domain/gates/dependencies.ts",
    find: "return lackingOf(needed, change.dependencies) ?? open",
    put: "return (needed.length > 99 ? lackingOf(needed, change.dependencies) : null) ?? open",
    among: "needs",
  },
  {
    what: "what failed with its neighbour is never tried again",
    file: "src/domain/decision/proposed-change.ts",
    find: "isRetryDue: refused.awaits !== undefined && isHealthyAgain",
    put: 'isRetryDue: refused.awaits !== undefined && refused.awaits === "" && isHealthyAgain',
    among: "needs",
  },
  {
    what: "settings that cannot be read switch all protection off",
    file: "src/domain/desired/in-force.ts",
    find: "if (isUsable(environment) || last === null) return environment;",
    put: "if (last !== undefined) return environment;",
    among: "breaksFiles",
  },
  {
    what: "pins that cannot be read take everything out",
    file: "src/domain/desired/removal.ts",
    find: "const what = error ? describeFinding(error) : brokenPin;",
    put: "const what = error && brokenPin ? describeFinding(error) : brokenPin;",
    among: "breaksFiles",
  },
  {
    what: "what cannot be read lifts the quarantine",
    file: "src/domain/rollback/quarantine.ts",
    find: `const isReadable = observation.spec !== null && !observation.findings.some((finding) => finding.severity === "error");`,
    put: "const isReadable = observation.now > 0;",
    among: "breaksFiles",
  },
  {
    what: "quarantine that people write is no quarantine on the way back",
    file: "src/domain/rollback/quarantine.ts",
    find: "return before.quarantined.some(isIt) || observation.quarantine.some((entry) => entry.process === before.process && isIt(entry));",
    put: `return before.quarantined.some(isIt) || observation.quarantine.some((entry) => entry.process === "" && isIt(entry));`,
    among: "holdsByHand",
  },
];
