/** Which processes a version needs, whether a version is in the range that is asked for, and who needs each other in a circle. */

import semver from "semver";
import type { ProcessId, Version } from "../names.ts";
import type { Dependency } from "./version.ts";

/** The processes that a version cannot do without. */
export function requiredProcesses(dependencies: readonly Dependency[]): readonly Dependency[] {
  return dependencies.filter(({ type, required }) => type === "workflow" && required);
}

/** Also where the version is a prerelease. */
export function isInRange(version: Version, range: string): boolean {
  return semver.satisfies(version, range, { includePrerelease: true });
}

/** What is called comes before its callers. Stable: what does not depend on each other stays in the order given. */
export function inDependencyOrder(needs: ReadonlyMap<ProcessId, readonly ProcessId[]>): readonly ProcessId[] {
  const order: ProcessId[] = [];
  const waiting = new Set(needs.keys());
  const done = new Set<ProcessId>();
  for (let before = -1; before !== order.length;) {
    before = order.length;
    for (const process of waiting) {
      if (needs.get(process)?.some((needed) => needs.has(needed) && !done.has(needed))) continue;
      waiting.delete(process);
      done.add(process);
      order.push(process);
    }
  }
  return order;
}

/** The processes that a process calls. */
export type Neighbours = (process: ProcessId) => readonly ProcessId[];

/** Those that need each other in a circle, of all that the starts need: strongly connected sets (Tarjan's algorithm, without recursion). */
export function findCircles(starts: Iterable<ProcessId>, neighbours: Neighbours): readonly ReadonlySet<ProcessId>[] {
  const search = new CircleSearch(neighbours);
  for (const start of starts) search.from(start);
  return search.found;
}

interface Visit {
  readonly process: ProcessId;
  readonly next: readonly ProcessId[];
  at: number;
  /** The earliest process on the path that is reachable from here. */
  low: number;
  readonly order: number;
}

class CircleSearch {
  readonly found: ReadonlySet<ProcessId>[] = [];
  readonly #neighbours: Neighbours;
  readonly #order = new Map<ProcessId, number>();
  /** Entered and not yet in a set that is closed, in order. */
  readonly #stack: ProcessId[] = [];
  readonly #open = new Set<ProcessId>();

  constructor(neighbours: Neighbours) {
    this.#neighbours = neighbours;
  }

  from(start: ProcessId): void {
    if (this.#order.has(start)) return;
    const path = [this.#enter(start, this.#neighbours(start))];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.next[top.at];
      if (next === undefined) this.#leave(path);
      else this.#follow(path, top, next);
    }
  }

  #enter(process: ProcessId, next: readonly ProcessId[]): Visit {
    const order = this.#order.size;
    this.#order.set(process, order);
    this.#stack.push(process);
    this.#open.add(process);
    return { process, next, at: 0, low: order, order };
  }

  #follow(path: Visit[], top: Visit, next: ProcessId): void {
    top.at += 1;
    const order = this.#order.get(next);
    if (order !== undefined) {
      if (this.#open.has(next)) top.low = Math.min(top.low, order);
      return;
    }
    const beyond = this.#neighbours(next);
    if (beyond.length > 0) path.push(this.#enter(next, beyond));
  }

  #leave(path: Visit[]): void {
    const done = path.pop();
    if (done === undefined) return;
    const parent = path.at(-1);
    if (parent !== undefined) parent.low = Math.min(parent.low, done.low);
    if (done.low === done.order) this.#close(done);
  }

  /** Everything opened since is one strongly connected set. */
  #close(root: Visit): void {
    const members: ProcessId[] = [];
    for (let member = this.#stack.pop(); member !== undefined; member = member === root.process ? undefined : this.#stack.pop()) {
      members.push(member);
      this.#open.delete(member);
    }
    if (members.length > 1 || root.next.includes(root.process)) this.found.push(new Set(members));
  }
}
