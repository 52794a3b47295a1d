/**
 * Who may use the API: clients that send the token, or that the file system lets open the socket. No web page that a browser was
 * lured to: those know neither, and are refused by their Host and Origin as well.
 */

import { createHash, timingSafeEqual } from "node:crypto";
import { isIP, isIPv4, isIPv6 } from "node:net";

/** `operator`: everything. `scraper`: the metrics page only. */
export type Role = "operator" | "scraper";

/** One way in. */
export interface Entrance {
  /** What callers show who come in here: "with the token of uid 1000". */
  readonly proof: string;
  /** Null: a stranger. */
  roleOf(authorization: string | undefined): Promise<Role | null>;
  /** Whether a Host header names this controller. Another name that leads here was made to (DNS rebinding). */
  isOwnHost(header: string | undefined): boolean;
}

/** What a caller may show. */
export interface Tokens {
  /** As they are at this moment: one that was changed or taken away counts no more. A null is not a token. Never throws. */
  current(): Promise<Readonly<Record<Role, string | null>>>;
}

export interface TokenEntranceOptions {
  readonly tokens: Tokens;
  /** Of a client that can read the token's file. */
  readonly uid: number;
  /** What is listened on. */
  readonly host: string;
  /** Other names that callers may use. */
  readonly names: readonly string[];
}

/** For callers over TCP. */
export function tokenEntrance({ tokens, uid, host, names }: TokenEntranceOptions): Entrance {
  return {
    proof: `with the token of uid ${uid}`,
    async roleOf(authorization) {
      const current = await tokens.current();
      return authorization === undefined ? null : roleIn(current, authorization);
    },
    isOwnHost: (header) => isHostOf(header, host, names),
  };
}

/** For callers over the socket, which only its owner can open. */
export function socketEntrance(uid: number): Entrance {
  return { proof: `over the socket of uid ${uid}`, roleOf: () => Promise.resolve("operator"), isOwnHost: () => true };
}

function roleIn(known: Readonly<Record<Role, string | null>>, authorization: string): Role | null {
  for (const role of ["operator", "scraper"] as const) {
    const token = known[role];
    if (token !== null && isSame(authorization, `Bearer ${token}`)) return role;
  }
  return null;
}

/** Takes as long whatever differs. */
function isSame(one: string, other: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}

/** Names are refused unless they are known; addresses cannot be rebound, so where others may call, all of them are taken. */
function isHostOf(header: string | undefined, listensOn: string, names: readonly string[]): boolean {
  const name = nameOf(header ?? "");
  if (name === null) return false;
  if (isThisMachine(name) || names.includes(name)) return true;
  return !isLoopback(listensOn) && (isIP(bare(name)) !== 0 || name === listensOn.toLowerCase());
}

function nameOf(header: string): string | null {
  return /^(?<name>\[[0-9a-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/iu.exec(header)?.groups?.["name"]?.toLowerCase() ?? null;
}

function isThisMachine(name: string): boolean {
  return name === "localhost" || name === "127.0.0.1" || name === "[::1]";
}

function bare(name: string): string {
  return name.replace(/^\[(?<inner>.*)\]$/u, "$<inner>");
}

/** Whether an address to listen on can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  const name = bare(host).toLowerCase();
  if (name === "localhost") return true;
  if (isIPv4(name)) return name.startsWith("127.");
  return isIPv6(name) && new URL(`http://[${name}]`).hostname === "[::1]";
}

/** Whether a request was made by no web page, or by one of this controller's own address. */
export function isOwnOrigin(header: string | undefined, isOwnHost: Entrance["isOwnHost"]): boolean {
  if (header === undefined) return true;
  return URL.canParse(header) && /^https?:$/u.test(new URL(header).protocol) && isOwnHost(new URL(header).host);
}
