/** `pinion demo`: the whole of Pinion on one machine, with a repository to play with; by hand, or by itself as a tour. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { draw, noInstructions, playByHand } from "./by-hand.ts";
import { startController } from "./controller-process.ts";
import { playTour } from "./play-tour.ts";
import { createScreen } from "./screen.ts";
import type { DemoWorld, Show } from "./show.ts";
import { setStage, type Stage } from "./stage.ts";

const readyLimitMs = 180_000;

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
    if (show.world.isTerminal) await draw(show, noInstructions, null);
    if (all.length > 0 && environments.length >= 3 && all.every((process) => process.sync === "Synced" && process.health === "Healthy"))
      return;
    if (Date.now() > deadline)
      throw new Error(`not everything is Synced and Healthy after ${readyLimitMs / 1000} s; see ${show.stage.directory}/controller.log`);
    await sleep(100);
  }
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
