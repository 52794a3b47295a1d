/** Plays the tour on a demo that is up: the customers come, the chapters are told, the customers leave. */

import { wrap } from "../surfaces/cli/terminal/terminal.ts";
import { runPinion } from "./pinion-command.ts";
import { addressOf, type Show, startLoads, stopLoads } from "./show.ts";
import { chapters, playChapters } from "./tour.ts";
import type { TourParts } from "./tour-parts.ts";

const pace = { orders: { callers: 4, pauseMs: 10 }, payments: { callers: 4, pauseMs: 20 } };
const indent = "    ";

/** Resolves with the exit code: 0 when all chapters came true. */
export async function playTour(show: Show): Promise<number> {
  const { controller, screen, stopping, stage, world } = show;
  const { environments } = await controller.overview();
  const processes = environments.reduce((sum, environment) => sum + environment.processes.length, 0);
  screen.print(`✓ ${environments.length} environments, ${processes} processes: all Synced and Healthy`);
  const loads = startLoads(await addressOf(show), pace);
  const command = {
    command: world.command,
    controller: controller.url,
    tokenFile: controller.tokenFile,
    directory: stage.workingCopy,
    signal: stopping,
  };
  const parts: TourParts = {
    stage,
    controller,
    loads,
    colour: world.colour,
    stopping,
    tell: (lines) => lines.flatMap((line) => indented(line, show)).forEach((line) => screen.print(line)),
    pinion: (...parameters) => runPinion(command, parameters),
  };
  try {
    const isTrue = await playChapters(chapters, parts, {
      stopping,
      onTold: ({ title }, told) =>
        wrapped(told.kind === "true" ? `✓ ${title}: ${told.proof}` : `✗ ${title}: ${told.why}`, show).forEach((line) => screen.print(line)),
    });
    return isTrue ? 0 : 1;
  } finally {
    await stopLoads(loads);
  }
}

/** Below its chapter. What is indented already is shown as it is. */
function indented(line: string, show: Show): readonly string[] {
  return line.startsWith(" ") ? [`${indent}${line}`] : wrapped(line, show, indent);
}

/** Broken between words where the terminal is too narrow. */
function wrapped(line: string, { world }: Show, start = ""): readonly string[] {
  const width = world.isTerminal ? world.size().columns - start.length - 2 : null;
  return wrap(line, width).map((part, index) => `${start}${index === 0 ? "" : "  "}${part}`);
}
