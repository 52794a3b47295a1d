"use strict";
/**
 * What is thrown where nobody waits for it any more (an async function without a catch, a callback of a module) ends a Node.js process,
 * and with it the flows of every other process in this engine. Here it is an error of the node that it comes from, and all go on.
 */

const longest = 1_000;
/** How Node-RED names the scripts of function nodes: `Function node:ID`, `Function node setup:ID [its name]`. */
const script = /Function node[^:\n]{0,20}:([^\s:)]+)/;

exports.surviveLateErrors = function surviveLateErrors(RED) {
  const told = (error) => {
    const { text, stack } = describe(error);
    const id = script.exec(stack)?.[1];
    const node = id === undefined ? null : RED.nodes.getNode(id);
    if (node) node.error(`${text} (thrown where nothing waited for it: await it, or catch it)`);
    else process.stderr.write(`${new Date().toISOString()} an error that no flow waited for: ${stack || text}\n`);
  };
  process.on("uncaughtException", told);
  process.on("unhandledRejection", told);
};

/** Anything can be thrown, also what cannot be read. */
function describe(error) {
  try {
    return { text: String(error?.message ?? error).slice(0, longest), stack: String(error?.stack ?? "").slice(0, 4 * longest) };
  } catch {
    return { text: "an error that cannot be read", stack: "" };
  }
}
