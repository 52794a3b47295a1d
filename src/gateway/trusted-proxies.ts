/** Which callers are proxies of ours, and so believed about whom they speak for. */

import { BlockList, isIPv6, type Socket } from "node:net";

/** Whether a connection comes from one of these addresses and networks (CIDR). */
export function createTrust(proxies: readonly string[]): (socket: Pick<Socket, "remoteAddress">) => boolean {
  if (proxies.length === 0) return () => false;
  const list = new BlockList();
  for (const proxy of proxies) {
    const [address = "", prefix] = proxy.split("/");
    if (prefix === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(prefix), familyOf(address));
  }
  return ({ remoteAddress }) => remoteAddress !== undefined && list.check(plain(remoteAddress), familyOf(plain(remoteAddress)));
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}

/** A socket for both families shows an IPv4 address as `::ffff:1.2.3.4`. */
function plain(address: string): string {
  return address.toLowerCase().startsWith("::ffff:") && address.includes(".") ? address.slice("::ffff:".length) : address;
}
