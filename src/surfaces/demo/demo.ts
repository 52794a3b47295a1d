/** `pinion demo`: the whole of Pinion on one machine, with a repository to play with; by hand, or by itself as a tour. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type RunningController, startController } from "./controller-process.ts";
import { composeFrame } from "./frame.ts";
import { startLoad } from "./load.ts";
import { createScreen, type Screen, type ScreenOutput } from "./screen.ts";
import { setStage, type Stage } from "./stage.ts";
import { chapters, loadEnvironment, loadPath } from "./tour.ts";
import { renderView } from "./view.ts";

export interface DemoWorld {
  readonly stdout: ScreenOutput;
  readonly isTerminal: boolean;
  readonly colour: boolean;
  /** Of the terminal, asked anew at each drawing. */
  size(): { readonly columns: number; readonly rows: number };
  /** Program and arguments that make `pinion`. */
  readonly command: readonly string[];
  /** The config repository to make a working copy of. */
  readonly example: string;
  readonly tour: boolean;
  /** Null: a new folder. */
  readonly directory: string | null;
}

/** What is up, and how far the demo has got. */
interface Show {
  readonly stage: Stage;
  readonly controller: RunningController;
  readonly screen: Screen;
  readonly world: DemoWorld;
  readonly stopping: AbortSignal;
}

const drawEveryMs = 250;
const readyLimitMs = 60_000;

/** Resolves with the exit code: 0 when all chapters came true, or the demo was ended by hand. Everything it started has ended then. */
export async function runDemo(world: DemoWorld): Promise<number> {
  const directory = world.directory ?? (await mkdtemp(join(tmpdir(), "pinion-demo-")));
  const screen = createScreen(world.stdout, () => (world.isTerminal ? world.size().columns : null));
  const stopping = untilToldToStop();
  screen.print(`Everything of this demo lives in ${directory}`);
  const stage = await setStage({ directory, example: world.example });
  try {
    const code = await play(stage, { world, screen, stopping });
    if (world.tour && code === 0 && world.directory === null) await rm(directory, { recursive: true, force: true });
    return code;
  } finally {
    await stage.server.close();
  }
}

async function play(stage: Stage, { world, screen, stopping }: Pick<Show, "world" | "screen" | "stopping">): Promise<number> {
  const logFile = join(stage.directory, "controller.log");
  screen.print("Starting gateway, three environments of Node-RED and the controller …");
  const { configFile, stateDirectory } = stage;
  const starting = startController({ command: world.command, configFile, stateDirectory, logFile, signal: stopping });
  const controller = await starting.catch((error: unknown) => {
    if (stopping.aborted) return null;
    throw error;
  });
  if (!controller) return endedByHand(world);
  const show: Show = { stage, controller, screen, world, stopping };
  try {
    await untilSynced(show);
    if (stopping.aborted) return endedByHand(world);
    return world.tour ? await playTour(show) : await playByHand(show);
  } finally {
    screen.print("Ending what was started …");
    await controller.stop();
    if (!world.tour)
      screen.print(`All ended. The working copy is still in ${stage.workingCopy}; go on with: pinion demo --directory ${stage.directory}`);
  }
}

/** A tour that is ended has not come true. */
function endedByHand({ tour }: DemoWorld): number {
  return tour ? 1 : 0;
}

/** Draws until every process of every environment is Synced and Healthy. @throws Error when that takes too long. */
async function untilSynced(show: Show): Promise<void> {
  const deadline = Date.now() + readyLimitMs;
  while (!show.stopping.aborted) {
    const { environments } = await show.controller.overview();
    const all = environments.flatMap((environment) => environment.processes);
    if (show.world.isTerminal) await draw(show, noInstructions);
    if (all.length > 0 && environments.length >= 3 && all.every((process) => process.sync === "Synced" && process.health === "Healthy"))
      return;
    if (Date.now() > deadline)
      throw new Error(`not everything is Synced and Healthy after ${readyLimitMs / 1000} s; see ${show.stage.directory}/controller.log`);
    await sleep(100);
  }
}

interface Instructions {
  readonly instructions: readonly string[];
  readonly brief: readonly string[];
}

const noInstructions: Instructions = { instructions: [], brief: [] };

async function draw({ controller, screen, world }: Show, texts: Instructions): Promise<void> {
  const [overview, history] = await Promise.all([controller.overview(), controller.history(8)]);
  const { columns, rows } = world.size();
  const view = (recent: number) => renderView(overview, history, { width: columns, now: Date.now(), colour: world.colour, recent });
  // A time that passes is no news to a log; and a view higher than the terminal could not be drawn over.
  screen.draw(world.isTerminal ? composeFrame({ ...texts, view }, { columns, rows }) : view(8).slice(1));
}

async function playByHand(show: Show): Promise<number> {
  const { stage, controller, screen, stopping, world } = show;
  const { environments } = await controller.overview();
  const address = environments.find((environment) => environment.name === loadEnvironment)?.url ?? "";
  const texts = { instructions: instructions(stage, address), brief: [`cd ${stage.workingCopy}  # README.md in there has what to try`] };
  if (!world.isTerminal) for (const line of texts.instructions) screen.print(line);
  while (!stopping.aborted) {
    const death = controller.death();
    if (death) throw new Error(death);
    await draw(show, texts);
    await sleep(drawEveryMs, undefined, { signal: stopping }).catch(() => undefined);
  }
  return 0;
}

function instructions(stage: Stage, address: string): readonly string[] {
  return [
    "All is Synced and Healthy; Ctrl-C ends everything. Now, in another terminal:",
    "",
    `  cd ${stage.workingCopy}  # README.md in there has more to try`,
    `  curl -i ${address}${loadPath}  # x-pinion-version tells who answers`,
    "  # edit environments/production/pins/team-orders.yaml: order-intake: 1.4.0",
    '  git commit -am "Deploy order-intake 1.4.0" && git push',
    "  git revert --no-edit HEAD && git push  # and back",
  ];
}

async function playTour(show: Show): Promise<number> {
  const { stage, controller, screen, stopping } = show;
  const { environments } = await controller.overview();
  const processes = environments.reduce((sum, environment) => sum + environment.processes.length, 0);
  screen.print(`✓ ${environments.length} environments, ${processes} processes: all Synced and Healthy`);
  const address = environments.find((environment) => environment.name === loadEnvironment)?.url ?? "";
  const load = startLoad(address + loadPath);
  try {
    for (const chapter of chapters) {
      if (stopping.aborted) return 1;
      const played = chapter.play({ stage, controller, load }).catch((error: unknown) => error as Error);
      const proof = await Promise.race([played, whenAborted(stopping)]);
      if (proof instanceof Error) {
        screen.print(`✗ ${chapter.title}: ${proof.message}`);
        return 1;
      }
      screen.print(`✓ ${chapter.title}: ${proof}`);
    }
    return 0;
  } finally {
    await load.stop();
  }
}

function whenAborted(signal: AbortSignal): Promise<Error> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(new Error("ended by hand")), { once: true }));
}

/** The first signal ends the demo in order, the second one at once. */
function untilToldToStop(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
    });
  }
  return controller.signal;
}
