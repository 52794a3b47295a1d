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
      return value.replace(refreshed, (_, before: string, url: string) => before + publicUrl(url, addresses));
    case "link":
      return value.replace(/<([^<>]*)>/g, (_, url: string) => `<${publicUrl(url, addresses)}>`);
    case "set-cookie":
      return publicCookie(value, addresses);
    default:
      return value;
  }
}

/** A time and what follows it, as browsers read it (HTML, shared declarative refresh steps): `url=` may be left out, and a comma or a blank do for `;`. */
const refreshed = /^([\d.]+(?:\s*[;,]\s*|\s+)(?:url\s*=\s*)?["']?)([^"'\s]+)/i;

/** Only a path, or the instance's own address, is a place behind the gateway: other addresses are the author's business. */
function publicUrl(url: string, addresses: Addresses): string {
  const path = ownPath(url, addresses) ?? url;
  return /^\/(?!\/)/.test(path) ? publicPath(path, addresses) : url;
}

/** What follows the instance's own address, in whatever scheme; null: it is another one. */
function ownPath(url: string, { origin }: Addresses): string | null {
  const scheme = /^(?:https?:)?\/\//i.exec(url)?.[0];
  const host = origin.slice(origin.indexOf("//") + 2);
  if (scheme === undefined || host === "" || !url.startsWith(host, scheme.length)) return null;
  const path = url.slice(scheme.length + host.length);
  if (path === "" || /^[?#]/.test(path)) return `/${path}`;
  return path.startsWith("/") ? path : null;
}

/** Of two paths browsers take the last one. A cookie whose name begins with `__Host-` has the path `/`, or they do not take it at all. */
function publicCookie(cookie: string, addresses: Addresses): string {
  if (/^\s*__host-/i.test(cookie)) return cookie;
  return cookie.replace(
    /(;\s*path\s*=\s*)([^;]*)/gi,
    (_, before: string, path: string) => before + publicCookiePath(path.trim(), addresses),
  );
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
