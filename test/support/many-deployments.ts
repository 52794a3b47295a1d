/** Deployments come and go by the hundreds; what is left of them is bounded by what is kept warm. */

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import { type Installation, install, until } from "./installation.ts";
import { type Ground, good } from "./proving-ground.ts";

const environment = "shop";
const keptWarm = 2;

const groundWith = (names: readonly string[]): Ground => ({
  processes: { tiny: Object.fromEntries(names.map((version) => [version, good])) },
  environments: {
    [environment]: {
      text: `type: production\nstrategy: { type: blue-green, config: { keepOldVersion: { count: ${keptWarm} } } }\ndrainTimeout: 5s\n`,
      pins: { tiny: "1.0.0" },
    },
  },
});

interface Remains {
  readonly tabs: readonly string[];
  readonly processes: number;
  readonly files: number;
  /** Of the folders of gateway and engines: the mirror and the store hold history, which grows. */
  readonly bytes: number;
}

/** The last to be removed goes after its successor is said to be good; and what is asked for twice and is the same is no passing state. */
async function atRest(installation: Installation): Promise<Remains> {
  let last: Remains | null = null;
  const isAtRest = () => {
    const before = last;
    last = remainsOf(installation);
    return last.tabs.length <= 1 + keptWarm && isDeepStrictEqual(before, last);
  };
  await until(isAtRest, "what is not kept is removed", () => JSON.stringify(last));
  return last ?? remainsOf(installation);
}

function remainsOf({ stage }: Installation): Remains {
  const files = ["gateway", "engines"].flatMap((folder) => filesIn(join(stage.stateDirectory, folder)));
  const kept = files.filter((file) => !file.endsWith(".log"));
  const flows = files.find((file) => file.endsWith("flows.json")) ?? "";
  const nodes = JSON.parse(readFileSync(flows, "utf8")) as readonly { readonly type: string; readonly label?: string }[];
  const command = execFileSync("ps", ["-eo", "args"]).toString();
  return {
    tabs: nodes.flatMap(({ type, label }) => (type === "tab" ? [label ?? ""] : [])),
    // Gateway, engines and controller; the git of a poll comes and goes.
    processes: command.split("\n").filter((line) => line.includes(stage.directory) && !/^(\S*\/)?git[ -]/.test(line)).length,
    files: files.length,
    bytes: kept.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0),
  };
}

/** Node-RED and the gateway write beside a file and then rename it: what is on its way is no remains. */
function filesIn(directory: string): readonly string[] {
  const entries = readdirSync(directory, { withFileTypes: true, recursive: true });
  const lasting = entries.filter((entry) => entry.isFile() && !/\.(\$\$\$|tmp)$/.test(entry.name));
  return lasting.map((entry) => join(entry.parentPath, entry.name));
}

/** Deploys so many versions one after the other; what is left is only what is kept warm. `early`: after how many the remains are counted first. */
export async function leavesOnlyWhatIsWarm(deployments: number, early: number): Promise<void> {
  const names = Array.from({ length: deployments + 1 }, (_, index) => `1.${index}.0`);
  const installation = await install({ environments: [environment], instances: 1, ground: groundWith(names) });
  await installation.untilStatus(environment, "tiny", { sync: "Synced", health: "Healthy", desired: "1.0.0" });
  let before: Remains | null = null;
  for (const [index, version] of names.entries()) {
    if (index === 0) continue;
    await installation.deploy(environment, "tiny", version);
    await installation.untilDeployment("tiny", version, ({ phase }) => phase === "Succeeded");
    if (index === early) before = await atRest(installation);
  }
  const late = await atRest(installation);
  expect(late.tabs).toHaveLength(1 + keptWarm);
  expect([late.processes, late.files]).toEqual([before?.processes, before?.files]);
  expect(late.bytes).toBeLessThan((before?.bytes ?? 0) * 1.5);
  const shown = async () => (await installation.status(environment, "tiny"))?.actual.length;
  await until(async () => (await shown()) === 1 + keptWarm, "the status shows what is kept");
}
