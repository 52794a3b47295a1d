/** Whether two endpoints answer the same requests, whatever their parameters are called. */

import type { PublicEndpoint } from "../../domain/unit.ts";

/** `GET /orders/:id` and `GET /orders/:order` are the same; `GET /orders/:id?` is `GET /orders` too. */
export function isSameEndpoint(a: PublicEndpoint, b: PublicEndpoint): boolean {
  if (a.method.toUpperCase() !== b.method.toUpperCase()) return false;
  const paths = spelledOut(a.path);
  return spelledOut(b.path).some((path) => paths.includes(path));
}

/** Every path that it stands for, with nameless parameters and without a slash at its end. */
function spelledOut(path: string): readonly string[] {
  const nameless = path.replaceAll(/:\w+(?:\([^)]*\))?/g, ":").replaceAll("*", ":");
  const optional = /^(.*)\/:\?\/*$/.exec(nameless);
  const paths = optional === null ? [nameless] : [`${optional[1]}/:`, optional[1] ?? ""];
  return paths.map(withoutTrailingSlash);
}

function withoutTrailingSlash(path: string): string {
  return path.replace(/(.)\/+$/, "$1") || "/";
}
