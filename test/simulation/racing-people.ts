/** People who push between the writer's look and its push: elsewhere, in the same file, in the same line. */

import type { RevertRequest } from "../../src/domain/journal/revert.ts";
import { pinsPath, quarantinePath, readPins, withoutQuarantine, withPin } from "./files.ts";
import type { Forge } from "./forge.ts";
import type { Files } from "./git.ts";
import { firstVersion } from "./plan.ts";
import type { Random } from "./random.ts";
import type { SimWorld } from "./sim-world.ts";

export interface RacingPeople {
  /** The writer has looked at the branch for one of these requests. */
  afterLook(orders: ReadonlySet<RevertRequest>): void;
  /** The writer's commit has arrived, and it was not told so: whoever pins the bad version again now hides what it has done. */
  afterSilence(request: RevertRequest | null): void;
}

interface Change {
  readonly message: string;
  readonly files: readonly (readonly [path: string, text: string])[];
}

type Edit = (request: RevertRequest, textOf: (path: string) => string) => Change;

/** How often somebody comes between, and how long after the look at most, in milliseconds. */
const [raceChance, soonMs] = [0.4, 300];

export function createRacingPeople({ git, plan, time }: SimWorld, forge: Forge, random: Random): RacingPeople {
  const edits = editsFrom(random);
  const textIn = (files: Files) => (path: string) => files.get(path) ?? "";

  function push(request: RevertRequest, edit: Edit): void {
    if (forge.isKind || git.isDown) return;
    const { message, files: changed } = edit(request, textIn(git.head.files));
    const files = new Map(git.head.files);
    for (const [path, text] of changed) files.set(path, text);
    git.move(git.make(git.head, { by: "person", message, files, at: time.now() }));
  }

  function soon(work: () => void): void {
    if (random.chance(0.7)) work();
    else time.later(random.next() * soonMs, work);
  }

  return {
    afterLook(orders) {
      if (forge.isKind || orders.size === 0 || !random.chance(raceChance)) return;
      const [request, edit] = [random.pick([...orders]), random.pick(edits)];
      soon(() => push(request, edit));
    },
    afterSilence(request) {
      if (request !== null && random.chance(plan.isStubborn ? 0.6 : 0.2)) soon(() => push(request, pinAgain));
    },
  };
}

function editsFrom(random: Random): readonly Edit[] {
  const comment = (): string => `# note ${random.between(1, 1_000)}\n`;
  return [
    () => ({ message: "what runs where", files: [["README.md", `What runs where, ${random.between(1, 1_000)}.`]] }),
    () => ({ message: "notes", files: [[`notes/${random.between(1, 5)}/why.md`, comment()]] }),
    ({ id }) => ({ message: `seen\n\nRollback-Id: ${id}0`, files: [["notes/seen.md", comment()]] }),
    ({ environment }, textOf) => editing(pinsPath(environment), "a comment", (text) => text + comment(), textOf),
    ({ environment, process, from }, textOf) =>
      editing(pinsPath(environment), "a comment above", (text) => `# ${process}: ${from} is bad\n${text}`, textOf),
    ({ environment, process }, textOf) =>
      editing(pinsPath(environment), "a comment behind the pin", (text) => commented(text, process, comment()), textOf),
    ({ environment, process, from, to }, textOf) =>
      editing(pinsPath(environment), "another pin", movingAnother(process, random.pick([from, to])), textOf),
    ({ environment, process, from, to }, textOf) =>
      editing(
        pinsPath(environment),
        `${process} moved`,
        (text) => withPin(text, process, random.pick([firstVersion, to].filter((version) => version !== from))),
        textOf,
      ),
    ({ environment, process }, textOf) =>
      editing(pinsPath(environment), `${process} taken out`, (text) => (random.chance(0.3) ? withPin(text, process, null) : text), textOf),
    ({ environment }, textOf) => editing(quarantinePath(environment), "a comment", (text) => text + comment(), textOf),
    ({ environment, process }, textOf) => {
      const other = random.pick([process, `re-${process}`, "payments"]);
      return editing(quarantinePath(environment), `${other} by hand`, (text) => withEntry(text, other, random.between(1, 1_000)), textOf);
    },
  ];
}

const pinAgain: Edit = ({ environment, process, from }, textOf) => {
  const [pins, quarantine] = [pinsPath(environment), quarantinePath(environment)];
  return {
    message: `${process} ${from} all the same`,
    files: [
      [pins, withPin(textOf(pins), process, from)],
      [quarantine, withoutQuarantine(textOf(quarantine), process)],
    ],
  };
};

function editing(path: string, message: string, edit: (text: string) => string, textOf: (path: string) => string): Change {
  return { message, files: [[path, edit(textOf(path))]] };
}

function commented(text: string, process: string, comment: string): string {
  return text.replace(new RegExp(`^(${process}: \\S+).*\\n`, "m"), `$1 ${comment}`);
}

function movingAnother(process: string, version: string): (text: string) => string {
  return (text) => {
    const other = [...readPins(text).keys()].find((each) => each !== process);
    return other === undefined ? text : withPin(text, other, version);
  };
}

/** What a person puts in quarantine: a version of long ago. */
function withEntry(text: string, process: string, number: number): string {
  const begin = text.includes("quarantine:") ? text : `${text}quarantine:\n`;
  const digest = `sha256-${String(number).padStart(64, "0")}`;
  return `${begin}  - process: ${process}\n    version: 0.9.0 # never again\n    digest: ${digest}\n    rollbackId: by-hand-${number}\n`;
}
