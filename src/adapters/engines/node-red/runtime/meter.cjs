"use strict";
/** Counts, per tab, what runs through it: requests with their answers and latency, node errors, and what is being worked on now. */

/** A message that no node has finished for this long is taken for lost: some nodes never say that they are done. */
const forgottenAfterMs = 30 * 60_000;

exports.createMeter = function createMeter(tabOf) {
  const counts = new Map();
  const open = new WeakMap();

  function of(tab) {
    if (!counts.has(tab))
      counts.set(tab, { requests: 0, answers: {}, aborted: 0, nodeErrors: 0, latencySumMs: 0, requestsInFlight: 0, messages: new Set() });
    return counts.get(tab);
  }

  function sent(node, msg) {
    if (node.type !== "http in" || !msg || !msg.res || !msg.res._res) return;
    const count = of(tabOf(node));
    const response = msg.res._res;
    const startedAt = performance.now();
    count.requests += 1;
    count.requestsInFlight += 1;
    response.once("close", () => {
      count.requestsInFlight -= 1;
      count.latencySumMs += performance.now() - startedAt;
      if (!response.writableFinished) count.aborted += 1;
      else count.answers[response.statusCode] = (count.answers[response.statusCode] || 0) + 1;
    });
  }

  /** Messages of a request are counted by the request itself; nodes that never say when they are done cannot be counted. */
  function received(node, msg) {
    if (!msg || msg.res || !(node._expectedDoneCount > 0)) return;
    const entry = { since: Date.now(), messages: of(tabOf(node)).messages };
    entry.messages.add(entry);
    const byNode = open.get(msg) || new Map();
    byNode.set(node, entry);
    open.set(msg, byNode);
  }

  function completed(node, msg, error) {
    if (error) of(tabOf(node)).nodeErrors += 1;
    const byNode = msg && open.get(msg);
    const entry = byNode && byNode.get(node);
    if (!entry) return;
    entry.messages.delete(entry);
    byNode.delete(node);
  }

  function read(tab) {
    const { messages, requestsInFlight, ...count } = of(tab);
    const oldest = Date.now() - forgottenAfterMs;
    for (const entry of messages) if (entry.since < oldest) messages.delete(entry);
    return { ...count, inFlight: requestsInFlight + messages.size };
  }

  function keepOnly(tabs) {
    for (const tab of counts.keys()) if (!tabs.has(tab)) counts.delete(tab);
  }
  return { sent, received, completed, read, keepOnly };
};
