/** Bounds what a caller sends on one connection without waiting for answers: all that has arrived together is worked at in one turn. */

import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

export interface Pipelining {
  /** Whether a request may come in; if not, its connection is over. */
  enter(socket: Duplex, response: ServerResponse): boolean;
  /** The same for one that is read again before it is answered. */
  mayReadAgain(socket: Duplex): boolean;
}

/** Clients that send requests ahead, which few do, send some. */
const mostUnanswered = 64;

export function createPipelining(): Pipelining {
  const unanswered = new WeakMap<Duplex, number>();
  const countOf = (socket: Duplex): number => unanswered.get(socket) ?? 0;
  const isWelcome = (socket: Duplex): boolean => {
    if (!socket.destroyed && countOf(socket) >= mostUnanswered) socket.destroy();
    return !socket.destroyed;
  };
  return {
    mayReadAgain: isWelcome,
    enter(socket, response) {
      if (!isWelcome(socket)) return false;
      unanswered.set(socket, countOf(socket) + 1);
      response.once("close", () => unanswered.set(socket, countOf(socket) - 1));
      return true;
    },
  };
}
