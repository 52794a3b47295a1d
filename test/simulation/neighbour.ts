/**
 * Another controller, with another environment in the same repository, of which only its reverts are seen: they come in bunches, and
 * race those of the controller that is simulated, and people.
 */

import { PinionError } from "../../src/domain/errors.ts";
import type { RevertRequest } from "../../src/domain/journal/revert.ts";
import type { PinWriter } from "../../src/ports/pin-writer.ts";
import { pinsPath, quarantinePath, readPins, settingsPath, writePins } from "./files.ts";
import type { Forge } from "./forge.ts";
import type { GitRules } from "./git-rules.ts";
import type { Life } from "./life.ts";
import type { Random } from "./random.ts";
import type { SimWorld } from "./sim-world.ts";

export interface NeighbourParts {
  readonly world: SimWorld;
  readonly forge: Forge;
  readonly rules: GitRules;
  readonly random: Random;
  readonly writer: (life: Life) => PinWriter;
}

const environment = "elsewhere";
/** One name ends like another, and one version begins like another. */
const processes = ["re-orders", "orders", "orders-eu"];
const versions = ["1.0.0", "1.1.0", "1.1.0-rc.1"];
/** How many orders it has in all; each has an id that begins the ones before. */
const most = 6;

export function startNeighbour(parts: NeighbourParts): void {
  const { world, forge, rules, random } = parts;
  const { git, time, trace, plan } = world;
  const wanted = new Map<string, RevertRequest>();
  let [lives, orders] = [0, 0];
  let now = begin();

  function begin(): { readonly life: Life; readonly writer: PinWriter } {
    const life: Life = { number: (lives -= 1), isDead: false, frozenUntil: 0 };
    const begun = { life, writer: parts.writer(life) };
    for (const request of wanted.values()) void ask(request, begun);
    return begun;
  }

  async function ask(request: RevertRequest, { life, writer }: typeof now): Promise<void> {
    while (!life.isDead && wanted.has(request.id)) {
      try {
        const outcome = await writer.revert(request);
        if (life.isDead || !wanted.delete(request.id)) return;
        trace.say(`  neighbour: ${request.id} ${outcome.kind}`);
        return rules.onOutcome(request, outcome);
      } catch (error) {
        if (!(error instanceof PinionError)) return trace.violate("nothing is a bug", error instanceof Error ? `${error.stack}` : "");
        await time.sleep(500, life);
      }
    }
  }

  function rejectUnlessHeld(process: string, from: string): void {
    const order = { ...orderOf(process, from, random), id: `n${"1".repeat(most - orders)}`, at: time.now(), commit: git.head.id };
    orders += 1;
    wanted.set(order.id, order);
    rules.expect(order);
    trace.say(`  neighbour: ${order.id}: ${order.mode} ${process} ${from} to ${order.to}`);
    void ask(order, now);
  }

  function condemnSome(): void {
    if (forge.isKind || orders >= most) return;
    const busy = new Set([...wanted.values()].map(({ process }) => process));
    for (const [process, version] of readPins(git.head.files.get(pinsPath(environment)) ?? ""))
      if (orders < most && !busy.has(process) && random.chance(0.6)) rejectUnlessHeld(process, version);
    time.later(random.between(1_000, 8_000), condemnSome);
  }

  function die(): void {
    if (forge.isKind) return;
    trace.say("the neighbour dies");
    now.life.isDead = true;
    time.later(random.between(100, 2_000), () => {
      now = begin();
      time.later(random.between(2_000, 10_000), die);
    });
  }

  git.move(git.make(git.head, { by: "person", message: "elsewhere", files: withNeighbour(git.head.files, random), at: time.now() }));
  time.later(random.between(500, 3_000), condemnSome);
  if (!plan.isCalm) time.later(random.between(1_000, 8_000), die);
}

type Draft = Omit<RevertRequest, "id" | "at" | "commit">;

function orderOf(process: string, from: string, random: Random): Draft {
  const to = random.pick(versions.filter((version) => version !== from));
  const quarantine = random.chance(0.8) ? (`sha256-${String(versions.indexOf(from) + 2).repeat(64)}` as const) : null;
  const mode = random.chance(0.25) ? "propose" : "push";
  return { environment, process, from, to, quarantine, trigger: "error_rate", why: "too many errors", deployment: null, by: null, mode };
}

function withNeighbour(files: ReadonlyMap<string, string>, random: Random): ReadonlyMap<string, string> {
  const pins = new Map(processes.map((process) => [process, random.pick(versions)]));
  return new Map(files)
    .set(pinsPath(environment), writePins(pins))
    .set(quarantinePath(environment), "")
    .set(settingsPath(environment), "revision: 1\n");
}
