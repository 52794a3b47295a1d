/** `pinion status --watch`: the picture as it changes, in place on a terminal and line by line elsewhere. */

import type { Overview } from "../../../api/views.ts";
import type { PinionError } from "../../../domain/errors.ts";
import { overviewJson } from "../../../api/json.ts";
import type { ControllerClient } from "../../../api/client.ts";
import type { Selection } from "../../../api/selection.ts";
import { createChangeLog } from "./change-log.ts";
import { printFailure } from "../terminal/failure.ts";
import { follow } from "./follow.ts";
import { openLiveScreen } from "../terminal/live-screen.ts";
import { renderOverview } from "../render/overview.ts";
import { atTop, scrolled, visibleRows } from "../terminal/scrolling.ts";
import { type Format, print, type Session } from "../terminal/session.ts";
import { printable } from "../../../domain/safe-text.ts";

export interface Watching {
  readonly client: ControllerClient;
  readonly selection: Selection;
  readonly format: Format;
}

/** Shows one picture after the other. */
interface Display {
  show(overview: Overview): void;
  /** The controller does not answer for now. */
  lost(error: PinionError): void;
  close(): void;
}

const everyMs = 1000;
const defaultRows = 24;

/** Resolves with the last picture when it is interrupted; null: there was none. */
export async function watch(session: Session, { client, selection, format }: Watching): Promise<Overview | null> {
  const { world } = session;
  const { signal: interrupted, release } = world.catchInterrupts();
  const ended = new AbortController();
  const signal = AbortSignal.any([interrupted, ended.signal]);
  const display = displayFor(session, format, () => ended.abort());
  let last: Overview | null = null;
  try {
    const following = { client, selection, signal, timeoutMs: null, everyMs, onLost: (error: PinionError) => display.lost(error) };
    await follow(session, following, (overview) => {
      last = overview;
      display.show(overview);
      return null;
    });
    return last;
  } finally {
    display.close();
    release();
  }
}

function displayFor(session: Session, format: Format, end: () => void): Display {
  if (format === "json") return jsonLines(session);
  return session.world.isTerminal ? picture(session, end) : changes(session);
}

/** Keys scroll it where there is a keyboard; without one what does not fit is counted. */
function picture(session: Session, end: () => void): Display {
  const { world, colors } = session;
  const screen = openLiveScreen(world);
  let last: Overview | null = null;
  let notice: readonly string[] = [];
  let scroll = atTop;
  const roomIn = (): number => (world.rows ?? defaultRows) - 1 - notice.length;
  const draw = (): void => {
    if (!last) return;
    const lines = fit(last, { session, room: roomIn(), isWhole: scroll.isWhole });
    const rows = world.onKey ? visibleRows(lines, scroll.top, roomIn()) : { lines, top: 0 };
    scroll = { ...scroll, top: rows.top };
    screen.draw([...rows.lines, ...notice]);
  };
  const stopKeys = world.onKey?.((key) => {
    if (key === "q") end();
    const next = scrolled(scroll, key, Math.max(1, roomIn() - 1));
    if (next === null) return;
    scroll = next;
    draw();
  });
  const ignoreSize = world.onResize(draw);
  return {
    show(overview) {
      last = overview;
      notice = [];
      draw();
    },
    lost({ message }) {
      notice = ["", colors.red(`${printable(message)}; what is shown is from before`)];
      draw();
    },
    close() {
      stopKeys?.();
      ignoreSize();
      screen.close();
    },
  };
}

interface Fitting {
  readonly session: Session;
  readonly room: number;
  readonly isWhole: boolean;
}

/** Where not everything fits, what is well is only counted, unless it is asked for. */
function fit(overview: Overview, { session, room, isWhole }: Fitting): readonly string[] {
  const { colors, world } = session;
  const view = { colors, now: overview.now ?? world.now(), width: world.columns };
  const lines = renderOverview(overview, view);
  const isTooHigh = world.rows !== null && lines.length > room;
  if (!isTooHigh || isWhole) return lines;
  return [...renderOverview(overview, view, { foldsWell: true }), ...(world.onKey ? ["", colors.dim("a shows all")] : [])];
}

function changes(session: Session): Display {
  const log = createChangeLog();
  let isLost = false;
  return {
    show(overview) {
      isLost = false;
      print(session, log(overview, overview.now ?? session.world.now()));
    },
    lost(error) {
      if (!isLost) printFailure(session, error);
      isLost = true;
    },
    close: () => undefined,
  };
}

/** One picture a line, whenever it is another one. */
function jsonLines(session: Session): Display {
  let before = "";
  return {
    show(overview) {
      const line = JSON.stringify(overviewJson(overview));
      const what = JSON.stringify(overviewJson(withoutPolls(overview)));
      if (what !== before) session.world.stdout.write(`${line}\n`);
      before = what;
    },
    lost: () => undefined,
    close: () => undefined,
  };
}

/** Each poll has its time: no change that anybody waits for. */
function withoutPolls(overview: Overview): Overview {
  return { ...overview, repository: { ...overview.repository, lastPollAt: null, lastGoodPollAt: null, nextPollAt: null } };
}
