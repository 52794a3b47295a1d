/** Paths that no process may take and no caller may ask for, whatever is routed. Pure. */

/**
 * Why a path must not pass: it climbs (`..`), or names what is private to an engine, its admin root or the prefix of one
 * version. Judged as an engine would read it: decoded, in any case.
 */
export function whyForbidden(path: string): "malformed" | "private" | null {
  if (!/[%~.\\#]|\/_|\/\//.test(path)) return null;
  const decoded = decode(path);
  if (decoded === null || decoded.includes("\0") || path.includes("#")) return "malformed";
  const segments = decoded.split(/[/\\]/);
  if (segments.includes("..") || segments.includes(".")) return "malformed";
  return isPrivate(segments.find((segment) => segment !== "") ?? "") ? "private" : null;
}

function isPrivate(first: string): boolean {
  return first.startsWith("~") || first.toLowerCase() === "__admin";
}

function decode(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
