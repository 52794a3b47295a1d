"use strict";
/* oxlint-disable typescript/prefer-readonly -- JavaScript has no such word */
/** Knows the requests by which a controller checks a version: they are nobody's traffic, and no flow can tell them from a caller's. */

const { createHash } = require("node:crypto");

const header = "x-pinion-engine-check";
/** Of controllers, each of which makes a new mark when it starts. */
const mostMarks = 16;

exports.OwnChecks = class OwnChecks {
  /** Of the marks themselves nothing is kept. */
  #digests = new Set();
  #requests = new WeakSet();

  get digests() {
    return [...this.#digests];
  }

  /** A controller says what its mark is known by. */
  learn(digest) {
    this.#digests.delete(digest);
    this.#digests.add(digest);
    if (this.#digests.size > mostMarks) this.#digests.delete(this.#digests.values().next().value);
  }

  /** Takes the mark off before any flow sees it. */
  receive(request) {
    const mark = request.headers[header];
    if (mark === undefined) return;
    delete request.headers[header];
    request.rawHeaders = withoutMark(request.rawHeaders);
    if (this.#digests.has(digestOf(mark))) this.#requests.add(request);
  }

  has(request) {
    return this.#requests.has(request);
  }
};

function digestOf(mark) {
  return createHash("sha256").update(mark).digest("hex");
}

/** Names and values take turns. */
function withoutMark(raw) {
  return raw.filter((_, index) => raw[index - (index % 2)].toLowerCase() !== header);
}
