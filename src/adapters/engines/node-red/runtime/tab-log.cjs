"use strict";
/* oxlint-disable typescript/prefer-readonly -- JavaScript has no such word */
/** What is to be told of each tab, in the order in which it changed: whoever has asked before is told only what has changed since. */

/** Of tabs that are gone so many are remembered; who asked before an older one went is told everything. */
const mostGone = 10_000;

exports.TabLog = class TabLog {
  #life;
  #mostGone;
  /** By tab, the last one to change at the end; `facts` is null where it is gone. */
  #entries = new Map();
  #sequence = 0;
  #gone = 0;
  /** What changed up to here may be forgotten. */
  #forgotten = 0;

  /** `life` is this process's own: marks of another one mean nothing here. */
  constructor(life, most = mostGone) {
    this.#life = life;
    this.#mostGone = most;
  }

  /** `all` is everything there is now, by tab: `content`, `missing` and `armedAt`. */
  note(all) {
    for (const tab of this.#entries.keys()) if (!all.has(tab)) this.#set(tab, null);
    for (const [tab, facts] of all) this.#set(tab, facts);
    this.#forget();
  }

  /** At most so many at a time. `isWhole`: everything is told, beginning with these, since nothing is known of that mark. */
  since(mark, most) {
    const from = this.#placeOf(mark);
    const later = [...this.#entries].filter(([, { sequence, facts }]) => sequence > (from ?? 0) && (from !== null || facts !== null));
    const told = later.slice(0, most);
    const hasMore = told.length < later.length;
    const last = hasMore ? told.at(-1)[1].sequence : this.#sequence;
    return {
      mark: `${this.#life}:${last}`,
      isWhole: from === null,
      hasMore,
      tabs: told.map(([tab, { facts }]) => ({ tab, ...(facts || { content: null, missing: null, armedAt: null }) })),
    };
  }

  #set(tab, facts) {
    const last = this.#entries.get(tab);
    if (last ? isSame(last.facts, facts) : facts === null) return;
    if (last && last.facts === null) this.#gone -= 1;
    if (facts === null) this.#gone += 1;
    this.#entries.delete(tab);
    this.#entries.set(tab, { sequence: (this.#sequence += 1), facts });
  }

  #forget() {
    if (this.#gone <= this.#mostGone) return;
    for (const [tab, { sequence, facts }] of this.#entries) {
      if (facts !== null) continue;
      this.#entries.delete(tab);
      this.#gone -= 1;
      this.#forgotten = sequence;
      if (this.#gone <= this.#mostGone) return;
    }
  }

  /** Null: nothing is known of it. */
  #placeOf(mark) {
    if (typeof mark !== "string" || !mark.startsWith(`${this.#life}:`)) return null;
    const place = Number(mark.slice(this.#life.length + 1));
    return Number.isInteger(place) && place >= this.#forgotten && place <= this.#sequence ? place : null;
  }
};

function isSame(one, other) {
  if (one === null || other === null) return one === other;
  return one.content === other.content && one.armedAt === other.armedAt && textOf(one.missing) === textOf(other.missing);
}

function textOf(missing) {
  return missing === null ? null : missing.join("\n");
}
