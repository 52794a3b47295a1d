/** Who may talk to the API while it has no authentication: this machine, and no web page that a browser was lured to. */

import { isIPv4, isIPv6 } from "node:net";

/** Whether an address to listen on can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(?<inner>.*)\]$/u, "$<inner>").toLowerCase();
  if (name === "localhost") return true;
  if (isIPv4(name)) return name.startsWith("127.");
  return isIPv6(name) && new URL(`http://[${name}]`).hostname === "[::1]";
}

/**
 * Whether a Host header names this machine. Any other name that leads here was made to: DNS rebinding turns a stranger's
 * page into one of ours.
 */
export function isOwnHost(header: string | undefined): boolean {
  const host = /^(?<name>localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/iu.exec(header ?? "");
  return host !== null;
}

/** Whether a request was made by no web page, or by one of this machine. */
export function isOwnOrigin(header: string | undefined): boolean {
  if (header === undefined) return true;
  return URL.canParse(header) && /^https?:$/u.test(new URL(header).protocol) && isOwnHost(new URL(header).host);
}
