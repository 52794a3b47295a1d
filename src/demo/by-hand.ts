/** The demo to play with: shows what runs where and what is under way, and what to try in another terminal. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createChangeLog } from "../surfaces/cli/asking/change-log.ts";
import { composeFrame, type Density, type Focus, type Frame } from "./frame.ts";
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

/** Shows what to try, or what goes on alone. */
const tryKey = "t";

/** Until it is ended. @throws Error when the controller ends by itself. */
export async function playByHand(show: Show): Promise<number> {
  const { stage, controller, screen, stopping, world } = show;
  const address = await addressOf(show);
  const { command } = world;
  const { workingCopy } = stage;
  const shellFile = await writeShellFile(stage, { controller: controller.url, tokenFile: controller.tokenFile, command });
  const place = { workingCopy, address, shellFile, hasKeys: world.onKey !== null };
  const texts = { instructions: instructions(place), brief: brief(place) };
  if (!world.isTerminal) for (const line of texts.instructions) screen.print(line);
  const loads = startLoads(address, pace);
  const picture = createPicture(show, texts, loads);
  const stopKeys = world.onKey?.((key) => {
    if (key === tryKey) void picture.toggle().catch(() => undefined);
  });
  const present = world.isTerminal ? () => picture.draw() : createLog(show);
  try {
    while (!stopping.aborted) {
      const death = controller.death();
      if (death) throw new Error(death);
      await present();
      await sleep(drawEveryMs, undefined, { signal: stopping }).catch(() => undefined);
    }
    return 0;
  } finally {
    stopKeys?.();
    await stopLoads(loads);
  }
}

interface Picture {
  draw(): Promise<void>;
  /** What to try comes into sight, or leaves the room to what goes on. */
  toggle(): Promise<void>;
}

function createPicture(show: Show, texts: Instructions, loads: Loads): Picture {
  let focus: Focus = "auto";
  let hasInstructions = false;
  let isOver = false;
  show.stopping.addEventListener("abort", () => (isOver = true), { once: true });
  const picture: Picture = {
    async draw() {
      const frame = await compose(show, { texts, loads, focus });
      hasInstructions = frame.hasInstructions;
      if (!isOver) show.screen.draw(frame.lines);
    },
    toggle() {
      focus = hasInstructions ? "live" : "try";
      return picture.draw();
    },
  };
  return picture;
}

/** One picture over the one before. */
export async function draw(show: Show, texts: Instructions, loads: Loads | null): Promise<void> {
  show.screen.draw((await compose(show, { texts, loads, focus: "auto" })).lines);
}

interface Scene {
  readonly texts: Instructions;
  readonly loads: Loads | null;
  readonly focus: Focus;
}

async function compose({ controller, world }: Show, { texts, loads, focus }: Scene): Promise<Frame> {
  const [overview, history] = await Promise.all([controller.overview(), controller.history(8)]);
  const { columns, rows } = world.size();
  const customers = loads && describeCustomers(loads);
  const options = { width: columns, now: Date.now(), colour: world.colour, customers };
  const view = (density: Density) => renderView(overview, history, { ...options, ...density });
  return composeFrame({ ...texts, view }, { columns, rows }, focus);
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
  /** Makes `pinion` a command that talks to this demo's controller. */
  readonly shellFile: string;
  readonly hasKeys: boolean;
}

/** What to try; most of it fits 60 columns. */
export function instructions({ workingCopy, address, shellFile, hasKeys }: Place): readonly string[] {
  return [
    `${hasKeys ? `${tryKey} hides this; ` : ""}Ctrl-C ends it. In another terminal:`,
    "",
    `  cd ${workingCopy}  # README.md in there has more to try`,
    `  . ${shellFile}  # makes pinion a command for this demo`,
    `  curl -i ${address}${ordersPath}  # x-pinion-version tells who answers`,
    "  # a pin is a line in environments/production/pins/*.yaml:",
    "  #   order-intake: 1.4.0       blue-green",
    "  #   payment-authorise: 2.2.0  a canary: 20 %, 60 %, all",
    "  #   payment-authorise: 2.1.0  bad: rolled back by a commit",
    '  git commit -am "Deploy" && git push',
    "  git pull && git show  # after a rollback, the commit that did it; git revert HEAD is yours",
    "  pinion status --watch  # the figures; then, while a canary is under way:",
    "  pinion pause production/payment-authorise  # or promote, abort",
    '  pinion freeze production --reason "stop"  # and unfreeze',
    '  pinion rollback production/order-intake --reason "…"',
  ];
}

/** Where there is no room for all of it. */
function brief({ workingCopy, hasKeys }: Place): readonly string[] {
  if (hasKeys) return [`${tryKey} shows what to try; Ctrl-C ends it`];
  return [`cd ${workingCopy}  # README.md in there has what to try`];
}

interface ShellPlace {
  readonly controller: string;
  readonly tokenFile: string;
  readonly command: readonly string[];
}

/** For a shell to read. */
export function shellText({ controller, tokenFile, command }: ShellPlace): string {
  const words = command.map(quoted).join(" ");
  return [
    "# Made by `pinion demo`: what makes `pinion` a command that talks to its controller.",
    `export PINION_CONTROLLER=${quoted(controller)}`,
    `export PINION_TOKEN_FILE=${quoted(tokenFile)}`,
    `pinion() { ${words} "$@"; }`,
    "",
  ].join("\n");
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

async function writeShellFile({ directory }: Show["stage"], place: ShellPlace): Promise<string> {
  const file = join(directory, "env.sh");
  await writeFile(file, shellText(place), { mode: 0o600 });
  return file;
}
