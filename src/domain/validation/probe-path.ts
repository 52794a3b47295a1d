/** Where checks and health checks may ask: below the address that is given, and nowhere else. */

const climbs = /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?:[/\\]|%2f|%5c|$)/i;
// oxlint-disable-next-line no-control-regex
const odd = /[\\\s\u0000-\u001f\u007f]/;

/** Why a path is none that may be asked; null: it is one. It begins with one slash, names no host, and does not climb. */
export function whyNoProbePath(path: string): string | null {
  if (!path.startsWith("/") || path.startsWith("//"))
    return "must begin with one slash: it is below the version's own address and names no host";
  if (odd.test(path)) return "contains blanks, control characters or backslashes: encode them";
  const [segments = ""] = path.split(/[?#]/, 1);
  return climbs.test(segments) ? "must have no segments `.` or `..`: it is below the version's own address" : null;
}

/** A path below an address. @throws Error for a path that would lead anywhere else. */
export function below(address: string, path: string): string {
  const why = whyNoProbePath(path);
  if (why !== null) throw new Error(`the path ${JSON.stringify(path.slice(0, 100))} ${why}`);
  return address + path;
}
