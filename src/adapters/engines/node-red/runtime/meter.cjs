"use strict";
/* oxlint-disable typescript/prefer-readonly -- JavaScript has no such word */
/** Counts, per tab, what runs through it: requests with their answers and latency, work that ended and failed, and what is being worked on now. */

const { Work } = require("./work.cjs");

/** What these send, a request or another node set off; all else that nothing leads to begins work of its own. */
const beginNothing = new Set(["http in", "link in", "catch", "status", "complete"]);
/** Node-RED's level of errors in its log; fatal ones are below. */
const errorLevel = 20;

exports.Meter = class Meter {
  #tabs;
  #counts = new Map();
  #work = new Work((count) => this.#note(count));
  #atWork = new Set();
  #tellAtWork;
  #isCheck;
  /** The tab whose node is just being run. */
  #running = null;
  /** The piece of work that came to a node last, by the node's id. */
  #lastAt = new Map();
  #received = new WeakMap();
  /** The node that reported an error while it was given a message, if it did. */
  #erredAt = null;
  #strays = new Set();

  /**
   * `tabs` says which tab a node is in, which tabs count, and whether a wire leads to a node; `tellAtWork` is given whose work is under way, whenever that changes; `isCheck` whether a request is a
   * controller's own, which is in flight as any other, and neither it nor what comes of it is counted.
   */
  constructor(tabs, { tellAtWork, isCheck }) {
    this.#tabs = tabs;
    this.#tellAtWork = tellAtWork;
    this.#isCheck = isCheck;
  }

  /** The tab whose node is just being run, else all that have work under way. */
  atWork() {
    const isSure = this.#tabs.known.has(this.#running);
    return { isSure, units: (isSure ? [this.#running] : [...this.#atWork]).map((tab) => this.#tabs.known.get(tab)?.unit ?? null) };
  }

  #note({ tab, open }) {
    if (open.size > 0) this.#atWork.add(tab);
    else this.#atWork.delete(tab);
    this.#tellAtWork({ isSure: false, units: [...this.#atWork].map((each) => this.#tabs.known.get(each)?.unit ?? null) });
  }

  /** A node hands messages on; with this one a request begins. */
  sent(node, msg) {
    const response = node.type === "http in" && msg && msg.res && msg.res._res;
    const count = response && this.#countOf(node);
    if (!count) return;
    const piece = this.#work.begin(msg._msgid, count, { kind: "request", isCheck: this.#isCheck(msg.req) });
    count.requestsInFlight += 1;
    response.once("close", () => {
      count.requestsInFlight -= 1;
      this.#work.answered(piece, response.writableFinished && response.statusCode >= 500);
    });
    if (!piece.isCheck) countAnswer(count, response);
  }

  /** One message is on its way from one node to another. */
  routed({ msg, source, destination }) {
    if (!msg || !msg._msgid || !source.node || !destination.node) return;
    const count = this.#countOf(source.node);
    if (count) (this.#work.find(msg._msgid) || this.#pieceFrom(source.node, msg._msgid, count)).waitFor(destination.node.id);
  }

  receiving(node, msg) {
    if (!msg) return;
    if (node.type === "catch") return void this.#caught(node, msg);
    this.#erredAt = null;
    this.#running = tabOfId(node.id);
    const piece = this.#work.find(msg._msgid);
    if (!piece) return;
    this.#received.set(msg, piece);
    this.#lastAt.set(node.id, piece);
  }

  /** A node that never says when it is done, or throws, has done all that will be known of. */
  handedOver(node, msg) {
    this.#running = null;
    const piece = msg && this.#received.get(msg);
    if (piece && (!(node._expectedDoneCount > 0) || this.#erredAt === node.id)) this.#work.done(piece, node.id);
  }

  completed(node, msg) {
    const piece = msg && (this.#received.get(msg) || this.#work.find(msg._msgid));
    if (piece) this.#work.done(piece, node.id);
  }

  /** An error that a node reports without its message is only in the log. */
  logged({ level, id }) {
    if (!(level <= errorLevel) || typeof id !== "string") return;
    if (this.#tabs.known.has(tabOfId(id))) this.#fail(this.#lastAt.get(id), id, this.#of(tabOfId(id)));
  }

  read(tab) {
    const { open, requestsInFlight, tab: _, ...count } = this.#of(tab);
    return { ...count, inFlight: requestsInFlight + this.#work.inFlight({ open }) };
  }

  keepOnly(kept) {
    for (const [tab, count] of this.#counts) {
      if (kept.has(tab)) continue;
      this.#work.forget(count);
      this.#counts.delete(tab);
    }
    for (const id of this.#lastAt.keys()) if (!kept.has(tabOfId(id))) this.#lastAt.delete(id);
  }

  #of(tab) {
    if (!this.#counts.has(tab)) this.#counts.set(tab, newCount(tab));
    return this.#counts.get(tab);
  }

  #countOf(node) {
    const tab = this.#tabs.of(node);
    return this.#tabs.known.has(tab) ? this.#of(tab) : null;
  }

  #pieceFrom(node, id, count) {
    const isStart = !this.#tabs.isLedTo(node) && !beginNothing.has(node.type) && !node.type.startsWith("subflow:");
    if (isStart) return this.#work.begin(id, count, { kind: "message", isCheck: false });
    const last = this.#lastAt.get(node.id);
    if (last && this.#work.isUnderWay(last)) return this.#work.also(id, last);
    return this.#work.begin(id, count, { kind: "other", isCheck: this.#work.wasCheck(id) || this.#wasCheck(last) });
  }

  /** Every error that a node reports with its message comes by a catch node: the flow's own, or the one that Pinion adds. */
  #caught(node, msg) {
    const source = msg.error && msg.error.source && msg.error.source.id;
    const count = this.#countOf(node);
    if (!source || !count) return;
    this.#erredAt = source;
    if (!this.#work.wasCheck(msg._msgid)) this.#fail(this.#work.find(msg._msgid), source, count);
  }

  /** Whether that piece of work was a check, and is not long over. */
  #wasCheck(piece) {
    return piece !== undefined && this.#work.wasCheck(piece.ids[0]);
  }

  /** An error that belongs to no work under way is one of its own; more than one node may catch it. */
  #fail(piece, source, count) {
    if (piece && this.#work.isUnderWay(piece)) return void piece.fail();
    if (this.#wasCheck(piece) || this.#strays.has(source)) return;
    if (this.#strays.size === 0) setImmediate(() => this.#strays.clear());
    this.#strays.add(source);
    count.finished += 1;
    count.errors += 1;
  }
};

/** The ids of a unit's nodes begin with its tab's, which holds no dot. */
function tabOfId(id) {
  return id.slice(0, Math.max(0, id.indexOf(".")));
}

function countAnswer(count, response) {
  const startedAt = performance.now();
  count.requests += 1;
  response.once("close", () => {
    count.latencySumMs += performance.now() - startedAt;
    if (!response.writableFinished) count.aborted += 1;
    else count.answers[response.statusCode] = (count.answers[response.statusCode] || 0) + 1;
  });
}

function newCount(tab) {
  return { tab, requests: 0, answers: {}, aborted: 0, finished: 0, errors: 0, latencySumMs: 0, requestsInFlight: 0, open: new Set() };
}
