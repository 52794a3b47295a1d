/** The tour's chapter about stopping the line: nothing new comes in while an environment is frozen. */

import {
  type Chapter,
  environment,
  environmentNow,
  type Pinned,
  pushPin,
  seconds,
  type TourParts,
  until,
  untilObserved,
  weightOf,
} from "./tour-parts.ts";

const returns: Pinned = { process: "returns", file: "environments/production/pins/team-customer-care.yaml" };
const { process } = returns;
const versions = { old: "1.0.0", next: "1.1.0" } as const;
const reason = "the till is being counted";
const person = "Pinion demo <demo@localhost>";

export const freeze: Chapter = { title: "`pinion freeze`: what is pushed waits, until `pinion unfreeze`", play: playFreeze };

async function playFreeze(parts: TourParts): Promise<string> {
  const { tell, pinion } = parts;
  tell([
    `$ pinion freeze ${environment} --reason "${reason}"`,
    ...inside(await pinion("freeze", environment, "--reason", reason, "--as", person)),
  ]);
  await until(
    parts,
    async () => ((await environmentNow(parts)).freeze?.why === reason ? true : null),
    () => "the freeze is shown",
  );
  const shown = await untilHeld(parts);
  tell([
    `${process} ${versions.next} is pushed, and held: ${shown}`,
    `$ pinion unfreeze ${environment} --reason "all counted"`,
    ...inside(await pinion("unfreeze", environment, "--reason", "all counted", "--as", person)),
  ]);
  const liftedAt = Date.now();
  await untilObserved(parts, process, (view) => weightOf(view, versions.next) === 100, `${versions.next} has all traffic`);
  return `${versions.next} was held (${shown}), and has all traffic ${seconds(Date.now() - liftedAt)} after the freeze was lifted`;
}

/** Line by line, so that each is wrapped and indented as its own. */
function inside(shown: string): readonly string[] {
  return shown.split("\n").map((line) => `  ${line}`);
}

/** Resolves with the reason that is shown when the commit is in force. @throws Error when the new version is touched all the same. */
async function untilHeld(parts: TourParts): Promise<string> {
  const commit = await pushPin(parts, returns, versions.next);
  await until(
    parts,
    async () => ((await parts.controller.overview()).repository.commit === commit ? true : null),
    () => "the commit is fetched",
  );
  const view = await untilObserved(
    parts,
    process,
    ({ desired, reason: why }) => desired === versions.next && why.code === "Frozen",
    `${versions.next} is held by the freeze`,
  );
  if (weightOf(view, versions.old) !== 100) throw new Error(`${versions.old} has ${weightOf(view, versions.old)} % of the traffic`);
  if (view.actual.some(({ version }) => version === versions.next))
    throw new Error(`${versions.next} was installed in spite of the freeze`);
  return view.reason.text;
}
