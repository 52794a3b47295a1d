/** Listens on a free loopback port and prints it for the parent that started this process; then, for each line from it, the CPU time used so far. */

import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Prints the port once it listens. */
export function announce(server: Server): void {
  server.listen(0, "127.0.0.1", () => {
    console.log((server.address() as AddressInfo).port);
    tellCpuTime();
  });
}

/** Answers each line on standard input with the milliseconds of CPU time this process has used, and those that serve for it. */
export function tellCpuTime(ofOthersMs: () => number = () => 0): void {
  process.stdin.on("data", () => {
    const { user, system } = process.cpuUsage();
    console.log((user + system) / 1000 + ofOthersMs());
  });
}
