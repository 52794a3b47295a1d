/** The demo to play with: shows what runs where and what is under way, and what to try in another terminal. */

import { setTimeout as sleep } from "node:timers/promises";
import { createChangeLog } from "../cli/change-log.ts";
import { composeFrame } from "./frame.ts";
import { addressOf, loadEnvironment, type Loads, ordersPath, type Show, startLoads, stopLoads } from "./show.ts";
import { renderView } from "./view.ts";

const drawEveryMs = 250;
/** A few customers only: enough for a canary to be judged by, and little enough for a laptop. */
const pace = { orders: { callers: 1, pauseMs: 200 }, payments: { callers: 2, pauseMs: 40 } };

export interface Instructions {
  readonly instructions: readonly string[];
  readonly brief: readonly string[];
}

export const noInstructions: Instructions = { instructions: [], brief: [] };

/** Until it is ended. @throws Error when the controller ends by itself. */
export async function playByHand(show: Show): Promise<number> {
  const { stage, controller, screen, stopping, world } = show;
  const address = await addressOf(show);
  const texts = {
    instructions: instructions({
      workingCopy: stage.workingCopy,
      address,
      controller: controller.url,
      tokenFile: controller.tokenFile,
      command: world.command,
    }),
    brief: [`cd ${stage.workingCopy}  # README.md in there has what to try`],
  };
  if (!world.isTerminal) for (const line of texts.instructions) screen.print(line);
  const loads = startLoads(address, pace);
  const present = world.isTerminal ? () => draw(show, texts, loads) : createLog(show);
  try {
    while (!stopping.aborted) {
      const death = controller.death();
      if (death) throw new Error(death);
      await present();
      await sleep(drawEveryMs, undefined, { signal: stopping }).catch(() => undefined);
    }
    return 0;
  } finally {
    await stopLoads(loads);
  }
}

/** One picture over the one before. */
export async function draw({ controller, screen, world }: Show, texts: Instructions, loads: Loads | null): Promise<void> {
  const [overview, history] = await Promise.all([controller.overview(), controller.history(8)]);
  const { columns, rows } = world.size();
  const customers = loads && describeCustomers(loads);
  const options = { width: columns, now: Date.now(), colour: world.colour, customers };
  screen.draw(composeFrame({ ...texts, view: (density) => renderView(overview, history, { ...options, ...density }) }, { columns, rows }));
}

/** A log gets a line for everything that is new. */
function createLog({ controller, screen }: Show): () => Promise<void> {
  const log = createChangeLog();
  return async () => {
    for (const line of log(await controller.overview(), Date.now())) screen.print(line);
  };
}

/** What those who ask all the time have met. */
export function describeCustomers({ orders, payments }: Loads): string {
  const told = [
    ["orders", orders.counts],
    ["payments", payments.counts],
  ] as const;
  const each = told.map(([name, { requests, failed }]) => `${requests} ${name}, ${failed === 0 ? "none" : failed} failed`);
  return `customers in ${loadEnvironment}  ${each.join("; ")}`;
}

export interface Place {
  readonly workingCopy: string;
  readonly address: string;
  /** Address of the controller. */
  readonly controller: string;
  readonly tokenFile: string;
  readonly command: readonly string[];
}

/** What to try; most of it fits 60 columns. */
export function instructions({ workingCopy, address, controller, tokenFile, command }: Place): readonly string[] {
  return [
    "Synced and Healthy; Ctrl-C ends it. In another terminal:",
    "",
    `  cd ${workingCopy}  # README.md in there has more to try`,
    `  curl -i ${address}${ordersPath}  # x-pinion-version tells who answers`,
    "  # a pin is a line in environments/production/pins/*.yaml:",
    "  #   order-intake: 1.4.0       blue-green",
    "  #   payment-authorise: 2.2.0  a canary: 20 %, 60 %, all",
    "  #   payment-authorise: 2.1.0  bad: rolled back by a commit",
    '  git commit -am "Deploy" && git push',
    "  git pull && git show  # after a rollback, the commit that did it; git revert HEAD is yours",
    "",
    `  export PINION_CONTROLLER=${controller}`,
    `  export PINION_TOKEN_FILE=${tokenFile}`,
    `  alias pinion='${command.join(" ")}'`,
    "  pinion status --watch  # the figures; then, while a canary is under way:",
    "  pinion pause production/payment-authorise  # or promote, abort",
    '  pinion freeze production --reason "stop"  # and unfreeze',
    '  pinion rollback production/order-intake --reason "…"',
  ];
}
