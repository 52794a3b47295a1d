/** Addresses in a version's headers, as callers reach them: without its private prefix, below the prefix of its environment. */

/** Where an answer comes from, and where its callers are. */
export interface Addresses {
  /** What stands before the paths of the environment; "" when it has an address of its own. */
  readonly publicPrefix: string;
  /** The instance that answers. */
  readonly origin: string;
  /** Goes before the public path there. */
  readonly privatePrefix: string;
}

/** The value that callers receive for a header with this name in lower case. */
export function publicValue(name: string, value: string, addresses: Addresses): string {
  switch (name) {
    case "location":
    case "content-location":
      return publicUrl(value, addresses);
    case "refresh":
      return value.replace(/(;\s*url\s*=\s*["']?)([^"'\s]+)/i, (_, before: string, url: string) => before + publicUrl(url, addresses));
    case "set-cookie":
      return value.replace(
        /(;\s*path\s*=\s*)([^;]*)/i,
        (_, before: string, path: string) => before + publicCookiePath(path.trim(), addresses),
      );
    default:
      return value;
  }
}

/** Only a path, or the instance's own address, is a place behind the gateway: other addresses are the author's business. */
function publicUrl(url: string, addresses: Addresses): string {
  const isOwn = url.startsWith(addresses.origin) && /^(?:$|[/?#])/.test(url.slice(addresses.origin.length));
  const path = isOwn ? url.slice(addresses.origin.length) || "/" : url;
  return /^\/(?!\/)/.test(path) ? publicPath(path, addresses) : url;
}

function publicCookiePath(path: string, addresses: Addresses): string {
  if (!path.startsWith("/")) return path;
  const own = publicPath(path, addresses);
  return own.length > 1 && own.endsWith("/") && path === "/" ? own.slice(0, -1) : own;
}

/** A flow that knows `x-forwarded-prefix` has written the public path already. */
function publicPath(path: string, { publicPrefix, privatePrefix }: Addresses): string {
  const bare = startsWithPath(path, privatePrefix) ? path.slice(privatePrefix.length) : path;
  const whole = bare.startsWith("/") ? bare : `/${bare}`;
  return startsWithPath(whole, publicPrefix) ? whole : publicPrefix + whole;
}

function startsWithPath(path: string, prefix: string): boolean {
  return prefix !== "" && path.startsWith(prefix) && /^(?:$|[/?#])/.test(path.slice(prefix.length));
}
