/** People: they push to the config repository and give commands, and some of what they do makes little sense. */

import type { EnvironmentName, ProcessId, Version } from "../../src/domain/names.ts";
import type { Command, CommandSpec } from "../../src/domain/journal/commands.ts";
import type { Rollout } from "../../src/domain/journal/rollout.ts";
import type { ControllerLife } from "./controller-life.ts";
import {
  isBroken,
  pinsPath,
  quarantinePath,
  readPins,
  settingsPath,
  withEntry,
  withHalfAnEdit,
  withoutHalfAnEdit,
  withoutQuarantine,
  withPin,
} from "./files.ts";
import type { EnvironmentPlan } from "./plan.ts";
import type { Random } from "./random.ts";
import type { SimWorld } from "./sim-world.ts";
import { asPublished, spoilings, spoiltPaths, spoiltText, versionPath } from "./version-files.ts";

export interface People {
  /** One of them does something. */
  act(): void;
  /** Somebody sets free what people have stopped, and promotes what waits. */
  tidy(): Promise<void>;
  /** Somebody pins what is known to work. */
  settle(): void;
}

export interface PeopleParts {
  readonly world: SimWorld;
  readonly random: Random;
  /** Null while it is down. */
  readonly controller: () => ControllerLife | null;
}

type Push = (environment: EnvironmentPlan, process: ProcessId) => Edit | null;

interface Edit {
  readonly what: string;
  readonly path: string;
  readonly text: string;
}

/** What people order while something is under way, and soon after that. */
const fitting = ["pause", "pause", "pause", "abort", "recover"] as const;
const second: readonly ((process: ProcessId) => CommandSpec)[] = [
  (process) => ({ kind: "resume", process }),
  (process) => ({ kind: "promote", process, isFull: true }),
  (process) => ({ kind: "promote", process, isFull: false }),
  (process) => ({ kind: "retry", process }),
  (process) => ({ kind: "abort", process }),
  () => ({ kind: "freeze" }),
];

export function createPeople({ world, random, controller }: PeopleParts): People {
  const { git, plan, trace, time, clocks, catalogue } = world;
  let orders = 0;

  function push(edit: Edit | null): void {
    if (!edit || git.isDown) return;
    const files = new Map(git.head.files).set(edit.path, edit.text);
    const commit = git.make(git.head, { by: "person", message: edit.what, files, at: time.now() });
    if (commit.id === git.head.id) return;
    git.move(commit);
    if (random.chance(0.6)) controller()?.controller.commands.refresh();
  }

  function textOf(path: string): string {
    return git.head.files.get(path) ?? "";
  }

  function pinning(environment: EnvironmentName, process: ProcessId, version: Version | null): Edit {
    const path = pinsPath(environment);
    return { what: `${environment}: ${process} ${version ?? "taken out"}`, path, text: withPin(textOf(path), process, version) };
  }

  const bump: Push = ({ name }, process) => pinning(name, process, random.pick([...(plan.processes.get(process)?.keys() ?? [])]));
  const pushes: readonly (readonly [number, Push])[] = [
    [10, bump],
    [1, ({ name }, process) => pinning(name, process, null)],
    [1, ({ name }, process) => pinning(name, process, "9.9.9")],
    [2, ({ name }, process) => slip(name, process)],
    [2, ({ name }) => fixed(name)],
    [2, ({ name }, process) => revertLast(name, process)],
    [
      1,
      ({ name }, process) => ({
        what: `${name}: quarantine of ${process} lifted`,
        path: quarantinePath(name),
        text: withoutQuarantine(textOf(quarantinePath(name)), process),
      }),
    ],
    [2, ({ name }, process) => repin(name, process)],
    [2, ({ name }) => ({ what: `${name}: a comment`, path: pinsPath(name), text: `${textOf(pinsPath(name))}# ${time.now()}\n` })],
    [1, ({ name }) => ({ what: "new variables", path: settingsPath(name), text: `revision: ${random.between(1, 3)}\n` })],
    ...(plan.sourceErrors.paths.size > 0 ? [weighing(8, ({ name }) => together(name))] : []),
    ...(plan.sourceErrors.holdsByHand ? [weighing(4, ({ name }, process) => hold(name, process))] : []),
    ...(plan.sourceErrors.breaksVersions ? [weighing(5, ({ name }, process) => spoiling(name, process)), weighing(4, restoring)] : []),
    ...(plan.sourceErrors.breaksFiles ? [weighing(4, ({ name }) => breaking(name)), weighing(4, ({ name }) => fixing(name))] : []),
  ];
  const filesOf = (environment: EnvironmentName) => [settingsPath(environment), pinsPath(environment), quarantinePath(environment)];

  /** Versions of one number fit together: paths move between them. Whoever has no path to give or take may leave. */
  function together(environment: EnvironmentName): Edit {
    const path = pinsPath(environment);
    const era = random.pick([...plan.sourceErrors.paths.keys()]).split("@")[1] ?? "";
    const what = `${environment}: everybody goes to ${era}`;
    let text = textOf(path);
    for (const [process, versions] of plan.processes) {
      const isAble = versions.has(era);
      const isIdle = isAble && plan.sourceErrors.paths.get(`${process}@${era}`)?.length === 0;
      const version = isAble ? era : ([...versions.keys()].at(-1) ?? era);
      text = withPin(text, process, isIdle && random.chance(0.2) ? null : version);
    }
    return { what, path, text };
  }

  function hold(environment: EnvironmentName, process: ProcessId): Edit | null {
    const version = random.pick([...(plan.processes.get(process)?.keys() ?? [])]);
    const known = catalogue.known(process, version);
    const path = quarantinePath(environment);
    if (!known || isBroken(textOf(path))) return null;
    const entry = { process, version, digest: known.definitionDigest, rollbackId: "by-hand" };
    return { what: `${environment}: ${process} ${version} in quarantine by hand`, path, text: withEntry(textOf(path), entry) };
  }

  function breaking(environment: EnvironmentName): Edit {
    const path = random.pick(filesOf(environment));
    return { what: `${path} is broken`, path, text: withHalfAnEdit(textOf(path)) };
  }

  function fixing(environment: EnvironmentName): Edit | null {
    const path = filesOf(environment).find((each) => isBroken(textOf(each)));
    return path === undefined ? null : { what: `${path} is fixed`, path, text: withoutHalfAnEdit(textOf(path)) };
  }

  /** Mostly of the version that is pinned. */
  function spoiling(environment: EnvironmentName, process: ProcessId): Edit | null {
    const pinned = readPins(textOf(pinsPath(environment))).get(process) ?? "";
    const version = random.chance(0.7) ? pinned : random.pick([...(plan.processes.get(process)?.keys() ?? [])]);
    const [path, how] = [versionPath(process, version), random.pick(spoilings)];
    return git.head.files.has(path) ? { what: `${process} ${version}: ${how}`, path, text: spoiltText(how) } : null;
  }

  function restoring(): Edit | null {
    const [path] = spoiltPaths(git.head.files);
    return path === undefined ? null : { what: `${path} is as published again`, path, text: asPublished };
  }

  /** A pin for a process that there is not, instead of the one that was meant. */
  function slip(environment: EnvironmentName, process: ProcessId): Edit | null {
    const path = pinsPath(environment);
    const version = readPins(textOf(path)).get(process);
    if (version === undefined) return null;
    const text = withPin(withPin(textOf(path), process, null), `${process}x`, version);
    return { what: `${environment}: a slip of the pen in ${process}`, path, text };
  }

  /** Without pins of processes that there are not. */
  function fixed(environment: EnvironmentName): Edit {
    const path = pinsPath(environment);
    const strays = [...readPins(textOf(path)).keys()].filter((process) => !plan.processes.has(process));
    const text = strays.reduce((before, stray) => withPin(before, stray, null), textOf(path));
    return { what: `${environment}: slips fixed`, path, text };
  }

  /** What was pinned before the newest change of the pin, as `git revert` has it. */
  function revertLast(environment: EnvironmentName, process: ProcessId): Edit | null {
    const pinAt = (files: ReadonlyMap<string, string>) => readPins(files.get(pinsPath(environment)) ?? "").get(process) ?? null;
    const now = pinAt(git.head.files);
    const before = git.commits.map(({ files }) => pinAt(files)).findLast((version) => version !== now && version !== null);
    return before ? pinning(environment, process, before) : null;
  }

  /** Somebody does not take no for an answer. */
  function repin(environment: EnvironmentName, process: ProcessId): Edit | null {
    const held = [...textOf(quarantinePath(environment)).matchAll(/process: (\S+)\n\s+version: (\S+)/g)].find(
      ([, other]) => other === process,
    );
    return held?.[2] ? pinning(environment, process, held[2]) : null;
  }

  const specs: readonly (readonly [number, (process: ProcessId) => CommandSpec])[] = [
    [3, (process) => ({ kind: "pause", process })],
    [3, (process) => ({ kind: "resume", process })],
    [2, (process) => ({ kind: "abort", process })],
    [2, (process) => ({ kind: "retry", process })],
    [3, (process) => ({ kind: "promote", process, isFull: random.chance(0.5) })],
    [2, (process) => ({ kind: "rollback", process, to: random.chance(0.5) ? null : "1.0.0" })],
    [1, (process) => ({ kind: "recover", process })],
    [1, () => ({ kind: "freeze" })],
    [2, () => ({ kind: "unfreeze" })],
  ];

  function give(environment: EnvironmentName, spec: CommandSpec): void {
    const running = controller();
    if (!running) return;
    orders += 1;
    const command: Command = { id: `o${orders}`, environment, by: { name: "Ada", email: null }, why: "because", at: clocks.now(), spec };
    trace.say(`order ${command.id}: ${spec.kind} ${"process" in spec ? `${environment}/${spec.process}` : environment}`);
    const isNervous = random.chance(0.2);
    for (let time_ = 0; time_ < (isNervous ? 2 : 1); time_ += 1) running.controller.commands.command(command).catch(() => undefined);
  }

  /** Who is attentive orders what fits, and changes their mind soon. */
  async function order(environment: EnvironmentName, process: ProcessId, isAttentive: boolean): Promise<void> {
    const { processes } = await world.journal.state(environment);
    const rollout = isAttentive ? [...processes.values()].find((state) => state.rollout)?.rollout : null;
    if (!rollout) return give(environment, weighted(random, specs)(process));
    give(environment, { kind: random.pick(fitting), process: rollout.process });
    if (random.chance(0.5)) time.later(random.between(100, 3_000), () => give(environment, random.pick(second)(rollout.process)));
  }

  return {
    act() {
      const environment = random.pick(plan.environments);
      const process = random.pick([...plan.processes.keys()].filter((one) => !plan.crowd.includes(one)));
      if (random.chance(0.6)) push(weighted(random, pushes)(environment, process));
      else void order(environment.name, process, random.chance(0.5));
    },
    async tidy() {
      for (const { name } of plan.environments) {
        const { freeze, processes } = await world.journal.state(name);
        if (freeze) give(name, { kind: "unfreeze" });
        for (const { process, rollout } of processes.values())
          if (rollout && (rollout.paused || isWaiting(rollout))) give(name, { kind: "resume", process });
      }
    },
    settle() {
      for (const { name } of plan.environments) {
        for (const process of plan.processes.keys()) if (random.chance(0.3)) push(pinning(name, process, "1.0.0"));
        push(fixed(name));
        for (let edit = restoring(); edit; edit = restoring()) push(edit);
        for (let edit = fixing(name); edit; edit = fixing(name)) push(edit);
      }
    },
  };
}

/** Until a person promotes it. */
function isWaiting({ strategy, state }: Rollout): boolean {
  const step = strategy.kind === "canary" && state.kind === "shifting" ? strategy.steps[state.step] : null;
  return step?.kind === "pause" && step.durationMs === null;
}

function weighing(weight: number, push: Push): readonly [number, Push] {
  return [weight, push];
}

function weighted<T>(random: Random, choices: readonly (readonly [number, T])[]): T {
  const total = choices.reduce((sum, [weight]) => sum + weight, 0);
  let left = random.next() * total;
  for (const [weight, choice] of choices) {
    left -= weight;
    if (left < 0) return choice;
  }
  throw new Error("nothing to choose from");
}
