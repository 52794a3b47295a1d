"use strict";
/**
 * Two places in Node-RED 4 take time by the square of the number of flows, and nothing else is served meanwhile: with 2,000
 * versions a deploy of one took seconds, the removal of 1,000 took ten. Both get the same answer here from less work; where a
 * later Node-RED is built otherwise, nothing is changed.
 */

const { dirname, join } = require("node:path");

exports.makeLargeDeploysCheap = function makeLargeDeploysCheap() {
  const runtime = require.resolve("@node-red/runtime", { paths: [require.resolve("node-red")] });
  checkOnlyWhatCanDepend(require(require.resolve("@node-red/registry", { paths: [runtime] })));
  stopOnlyWhatIsThere(require(join(dirname(runtime), "flows/Flow.js")));
};

/** External modules are looked for in a deep copy of all flows; only function nodes that name modules can depend on any. */
function checkOnlyWhatCanDepend(registry) {
  const check = registry.checkFlowDependencies;
  if (typeof check !== "function") return;
  registry.checkFlowDependencies = (flows) => check(flows.filter((node) => Array.isArray(node.libs) && node.libs.length > 0));
}

/** Every flow goes through the list of all stopped and removed nodes, its own and all others'. */
function stopOnlyWhatIsThere({ Flow }) {
  const stop = Flow && Flow.prototype && Flow.prototype.stop;
  if (typeof stop !== "function") return;
  Flow.prototype.stop = function stopOwn(stopped, removed) {
    const { activeNodes, flow } = this;
    const isOwn = (id) => Object.hasOwn(activeNodes, id) || Object.hasOwn(flow.configs || {}, id);
    return stop.call(this, stopped && stopped.filter(isOwn), removed && removed.filter(isOwn));
  };
}
