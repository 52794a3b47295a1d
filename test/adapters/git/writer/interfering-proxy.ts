/** Stands between git and its server, and does to pushes what networks and other people do. */

import { createServer, request as ask } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface InterferingProxy {
  readonly url: string;
  /** Runs before the server says to the next push where its branches are: the push then finds them moved. */
  beforePush(once: () => Promise<unknown>): void;
  /** Runs after that, before the next push's commits arrive: the server then turns them away itself. */
  beforeArrival(once: () => Promise<unknown>): void;
  /** The next push arrives, and its answer does not. */
  loseAnswer(): void;
  close(): Promise<void>;
}

type Once = (() => Promise<unknown>) | null;

/** Listens on 127.0.0.1 at a free port. */
export async function startInterferingProxy(target: () => string): Promise<InterferingProxy> {
  let greeting: Once = null;
  let arrival: Once = null;
  let isLossy = false;

  async function interfere({ method, url = "" }: IncomingMessage): Promise<boolean> {
    if (url.includes("service=git-receive-pack")) {
      const once = greeting;
      greeting = null;
      await once?.();
      return false;
    }
    if (method !== "POST" || !url.endsWith("/git-receive-pack")) return false;
    const [once, isLost] = [arrival, isLossy];
    [arrival, isLossy] = [null, false];
    await once?.();
    return isLost;
  }

  const server = createServer((incoming, outgoing) => {
    void interfere(incoming).then((isLost) => forward(target(), { incoming, outgoing, isLost }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    beforePush: (once) => void (greeting = once),
    beforeArrival: (once) => void (arrival = once),
    loseAnswer: () => void (isLossy = true),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly isLost: boolean;
}

/** A lost answer is waited for, so that what was pushed has arrived, and then the connection breaks. */
function forward(target: string, { incoming, outgoing, isLost }: Exchange): void {
  const options = { method: incoming.method, headers: incoming.headers, agent: false };
  const onward = ask(`${target}${incoming.url ?? ""}`, options, (answer) => {
    if (isLost) {
      answer.resume();
      answer.once("end", () => outgoing.destroy());
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(outgoing);
  });
  onward.once("error", () => outgoing.destroy());
  outgoing.once("close", () => onward.destroy());
  incoming.pipe(onward);
}
