/** The addresses behind the gateway: a pool of kept-alive connections each, and whether connections are refused there. */

import { connect } from "node:net";
import { Pool } from "undici";
import type { Log } from "../ports/log.ts";

/** One address, shared by all versions that run there. */
export interface Upstream {
  readonly origin: string;
  readonly pool: Pool;
  /** Connections are refused there; it is asked again in the background. */
  readonly isEjected: boolean;
}

export interface Upstreams {
  /** The upstream of an origin such as `http://127.0.0.1:1880`; the same one each time. */
  of(origin: string): Upstream;
  /** Leaves an upstream out until a connection succeeds again. */
  eject(upstream: Upstream, why: string): void;
  /** Lets go of every other upstream once what is in flight there is over. */
  keep(origins: ReadonlySet<string>): void;
  all(): readonly Upstream[];
  close(): Promise<void>;
}

interface Held extends Upstream {
  isEjected: boolean;
  timer: NodeJS.Timeout | null;
  isDropped: boolean;
}

const firstProbeMs = 100;
const longestProbeMs = 5_000;
const connectTimeoutMs = 3_000;
/** Room for the headers that the gateway adds. */
const maxHeaderBytes = 64 * 1024;

interface Dependencies {
  readonly log: Log;
  /** One is left out, or not any more. */
  readonly onChange?: () => void;
}

/** Nothing is connected before it is asked for. */
export function createUpstreams({ log, onChange }: Dependencies): Upstreams {
  const held = new Map<string, Held>();

  const probeLater = (upstream: Held, delayMs: number) => {
    upstream.timer = setTimeout(() => {
      void accepts(upstream.origin).then((isUp) => {
        if (upstream.isDropped) return;
        if (!isUp) return probeLater(upstream, Math.min(longestProbeMs, delayMs * 2));
        upstream.isEjected = false;
        onChange?.();
        log.info({ origin: upstream.origin }, "instance accepts connections again");
      });
    }, delayMs).unref();
  };
  const drop = (upstream: Held) => {
    upstream.isDropped = true;
    if (upstream.timer) clearTimeout(upstream.timer);
    held.delete(upstream.origin);
  };

  return {
    of(origin) {
      const known = held.get(origin) ?? { origin, pool: createPool(origin), isEjected: false, timer: null, isDropped: false };
      held.set(origin, known);
      return known;
    },
    eject(upstream, why) {
      const known = held.get(upstream.origin);
      if (known !== upstream || known.isEjected) return;
      known.isEjected = true;
      onChange?.();
      log.warn({ origin: upstream.origin, why }, "instance refuses connections; left out until it accepts them");
      probeLater(known, firstProbeMs);
    },
    keep(origins) {
      for (const upstream of held.values()) {
        if (origins.has(upstream.origin)) continue;
        drop(upstream);
        upstream.pool.close().catch(() => {});
      }
    },
    all: () => [...held.values()],
    async close() {
      const pools = [...held.values()];
      for (const upstream of pools) drop(upstream);
      await Promise.allSettled(pools.map((upstream) => upstream.pool.destroy()));
    },
  };
}

function createPool(origin: string): Pool {
  return new Pool(origin, { pipelining: 1, connectTimeout: connectTimeoutMs, maxHeaderSize: maxHeaderBytes, keepAliveTimeout: 4_000 });
}

function accepts(origin: string): Promise<boolean> {
  const url = new URL(origin);
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  return new Promise((resolve) => {
    const socket = connect({ host: url.hostname.replaceAll(/^\[|\]$/g, ""), port, timeout: connectTimeoutMs });
    const say = (isUp: boolean) => {
      socket.destroy();
      resolve(isUp);
    };
    socket.once("connect", () => say(true));
    socket.once("timeout", () => say(false));
    socket.once("error", () => say(false));
    socket.unref();
  });
}
