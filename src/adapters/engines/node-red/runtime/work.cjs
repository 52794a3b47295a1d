"use strict";
/* oxlint-disable typescript/prefer-readonly -- JavaScript has no such word */
/**
 * Follows pieces of work through the nodes of a tab: a request until it is answered, a message that a node began by itself until
 * no node works on it any more. What came to an end is counted, and whether a node reported an error on the way; a check of Pinion's own is only followed.
 */

/** What no node has finished for this long is taken for lost: some nodes never say that they are done. */
const forgottenAfterMs = 30 * 60_000;
/** More than this at once, and the oldest are no longer followed. */
const mostFollowed = 50_000;
/** What a node does for so long after a check is over may come of it. */
const checkEchoesMs = 60_000;

/** One piece, with all messages that came of it. */
class Piece {
  constructor(id, counts, { kind, isCheck }) {
    this.ids = [id];
    this.counts = counts;
    this.kind = kind;
    this.isCheck = isCheck;
    this.since = Date.now();
    this.isOver = kind === "other";
    this.hasFailed = false;
    this.waiting = 0;
    this.waits = new Map();
  }
  isRequestUnderWay() {
    return this.kind === "request" && !this.isOver;
  }
  waitFor(node) {
    this.waits.set(node, (this.waits.get(node) || 0) + 1);
    this.waiting += 1;
  }
  /** False: nothing was waiting for this node, or something still waits. */
  stopWaitingFor(node) {
    const waits = this.waits.get(node) || 0;
    if (waits === 0) return false;
    if (waits === 1) this.waits.delete(node);
    else this.waits.set(node, waits - 1);
    this.waiting -= 1;
    return this.waiting === 0;
  }
  finish() {
    if (this.isOver) return;
    this.isOver = true;
    if (this.isCheck) return;
    this.counts.finished += 1;
    if (this.hasFailed) this.counts.errors += 1;
  }
  /** However many nodes report errors, a piece of work fails once. */
  fail() {
    if (this.hasFailed) return;
    this.hasFailed = true;
    if (this.isCheck) return;
    if (this.kind === "other") this.counts.finished += 1;
    if (this.isOver) this.counts.errors += 1;
  }
}

exports.Work = class Work {
  /** Pieces under way, by the ids of their messages. */
  #pieces = new Map();
  #ending = new Set();
  /** When checks ended, by the ids of their messages; the oldest first. */
  #pastChecks = new Map();
  #turned;

  /** `turned` is told whenever the first piece of some counts begins, or the last one ends. */
  constructor(turned) {
    this.#turned = turned;
  }

  find(id) {
    return this.#pieces.get(id);
  }
  isUnderWay(piece) {
    return this.#pieces.get(piece.ids[0]) === piece;
  }
  /** Whether a message belonged to a check that ended lately. */
  wasCheck(id) {
    return this.#pastChecks.get(id) > Date.now() - checkEchoesMs;
  }
  /** `request`: over when `answered` says so. `message`: over when nothing waits. `other`: of unknown origin, counts only if it fails. */
  begin(id, counts, nature) {
    const piece = new Piece(id, counts, nature);
    this.#pieces.set(id, piece);
    counts.open.add(piece);
    if (counts.open.size === 1) this.#turned(counts);
    if (this.#pieces.size > mostFollowed) this.#drop(this.#pieces.values().next().value);
    return piece;
  }
  /** A node answers one message with another of a new id: it is the same work. */
  also(id, piece) {
    piece.ids.push(id);
    this.#pieces.set(id, piece);
    return piece;
  }
  done(piece, node) {
    if (piece.stopWaitingFor(node)) this.#endSoon(piece);
  }
  /** The caller of a request has its answer, or is gone. */
  answered(piece, isFailure) {
    if (isFailure) piece.fail();
    piece.finish();
    if (piece.waiting === 0) this.#endSoon(piece);
  }
  /** Work without a request that is under way; what runs on after its request was answered is such, too. */
  inFlight({ open }) {
    const oldest = Date.now() - forgottenAfterMs;
    for (const piece of open) if (piece.since < oldest) this.#drop(piece);
    return [...open].filter((piece) => piece.waiting > 0 && !piece.isRequestUnderWay()).length;
  }
  forget({ open }) {
    for (const piece of open) this.#drop(piece);
  }

  /** Not at once: an error is reported after the node is done, and may lead to a node that catches it. */
  #endSoon(piece) {
    if (this.#ending.size === 0) setImmediate(() => this.#endAll());
    this.#ending.add(piece);
  }
  #endAll() {
    const now = [...this.#ending].filter((piece) => piece.waiting === 0 && !piece.isRequestUnderWay());
    this.#ending.clear();
    for (const piece of now) {
      this.#drop(piece);
      piece.finish();
    }
  }
  #remember(ids) {
    const now = Date.now();
    for (const id of ids) this.#pastChecks.delete(id);
    for (const id of ids) this.#pastChecks.set(id, now);
    for (const [id, endedAt] of this.#pastChecks) {
      if (endedAt > now - checkEchoesMs && this.#pastChecks.size <= mostFollowed) return;
      this.#pastChecks.delete(id);
    }
  }
  #drop(piece) {
    for (const id of piece.ids) this.#pieces.delete(id);
    if (piece.isCheck) this.#remember(piece.ids);
    if (piece.counts.open.delete(piece) && piece.counts.open.size === 0) this.#turned(piece.counts);
  }
};
