"use strict";
/* oxlint-disable typescript/prefer-readonly -- JavaScript has no such word */
/** What the tabs hold: a digest of each, so that whoever knows it need not read them, the nodes of those that are asked for, and changes of single ones. */

const { createHash } = require("node:crypto");
const { setImmediate: turn } = require("node:timers/promises");

/** Requests wait no longer than this for digests of many tabs. */
const sliceMs = 10;
/** Nodes that are sorted without asking for the time. */
const atOnce = 2_000;
/** Own changes that are remembered until somebody asks. */
const mostRemembered = 100;

/** `active` gives the flows that are deployed, with their revision; null: not known just now. `replace` sets them; null: it cannot be done from here. */
exports.TabContents = class TabContents {
  #active;
  #replace;
  #isMarked;
  #rev = null;
  #digests = new Map();
  /** Which tabs a change of our own has touched, by the revision that it led to. */
  #touched = new Map();
  #turn = Promise.resolve();

  constructor({ active, replace, isMarked }) {
    this.#active = active;
    this.#replace = replace;
    this.#isMarked = isMarked;
  }

  get canSplice() {
    return this.#replace !== null;
  }

  /** The digests of all tabs that are marked, with the revision of which they are; null: not known just now. One question after the other. */
  digests() {
    const answer = this.#turn.then(() => this.#digestsNow());
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  /** The nodes of these tabs, as the admin API gives them. */
  async read(tabs) {
    const active = await this.#active();
    const wanted = new Set(tabs);
    return active && { rev: active.rev, flows: active.flows.filter((node) => wanted.has(tabOf(node))) };
  }

  /** Takes tabs out and puts nodes in, unless somebody has deployed since `rev`: null. All else stays as it is. */
  async splice({ rev, gone, added }) {
    const active = await this.#active();
    if (active === null || active.rev !== rev) return null;
    const leaving = new Set(gone);
    const flows = [...active.flows.filter((node) => !leaving.has(tabOf(node))), ...added];
    const next = await this.#replace({ rev, flows });
    if (next !== null) this.#remember(next, { from: rev, tabs: new Set([...gone, ...added.map(tabOf)]) });
    return next;
  }

  async #digestsNow() {
    const active = await this.#active();
    if (active === null) return null;
    if (active.rev !== this.#rev) {
      const only = this.#touchedSince(active.rev);
      const found = await digestsOf(active.flows, { isMarked: this.#isMarked, only });
      const kept = only === null ? [] : [...this.#digests].filter(([tab]) => !only.has(tab));
      this.#digests = new Map([...kept, ...found]);
      this.#rev = active.rev;
      this.#touched.clear();
    }
    return { rev: this.#rev, digests: this.#digests };
  }

  #remember(rev, change) {
    this.#touched.set(rev, change);
    if (this.#touched.size > mostRemembered) this.#touched.delete(this.#touched.keys().next().value);
  }

  /** Null: somebody else has changed something since the digests were made. */
  #touchedSince(rev) {
    const tabs = new Set();
    let at = rev;
    for (let left = mostRemembered; at !== this.#rev && left > 0; left -= 1) {
      const change = this.#touched.get(at);
      if (!change) return null;
      for (const tab of change.tabs) tabs.add(tab);
      at = change.from;
    }
    return at === this.#rev ? tabs : null;
  }
};

/** A node's tab is the part of its z, or of its own id, before the first dot: Pinion builds the ids of a unit that way. */
function tabOf(node) {
  const place = typeof node.z === "string" && node.z !== "" ? node.z : String(node.id);
  const dot = place.indexOf(".");
  return dot === -1 ? place : place.slice(0, dot);
}
exports.tabOf = tabOf;

/** In slices. `only`: of these tabs; null: of all. */
async function digestsOf(flows, { isMarked, only }) {
  const pause = createPauses();
  const owned = new Map();
  for (const node of flows) if (node.type === "tab" && (only === null || only.has(node.id)) && isMarked(node)) owned.set(node.id, []);
  for (const [index, node] of flows.entries()) {
    const nodes = owned.get(tabOf(node));
    if (nodes) nodes.push(node);
    if (index % atOnce === 0) await pause();
  }
  const digests = new Map();
  for (const [tab, nodes] of owned) {
    digests.set(tab, createHash("sha256").update(JSON.stringify(nodes)).digest("base64"));
    await pause();
  }
  return digests;
}

function createPauses() {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < sliceMs) return;
    await turn();
    since = performance.now();
  };
}
