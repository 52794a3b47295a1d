/** Too little of the machine is said at the start, with what to do. */

import { describe, expect, it } from "vitest";
import { warnOfLittleRoom } from "../../src/composition/enough-room.ts";
import { createKeptLog } from "../support/log.ts";

const megabyte = 1024 * 1024;

describe("what the machine gives", () => {
  it.each([
    ["few descriptors", { descriptors: 1_024, memoryBytes: 4_096 * megabyte }, [/only 1024 files and connections.*ulimit -n/]],
    ["little memory", { descriptors: 65_536, memoryBytes: 200 * megabyte }, [/only 200 MB of memory.*max-old-space-size/]],
    ["both", { descriptors: 256, memoryBytes: 100 * megabyte }, [/ulimit -n/, /100 MB/]],
    ["enough", { descriptors: 65_536, memoryBytes: 4_096 * megabyte }, []],
    ["what nobody knows", { descriptors: null, memoryBytes: null }, []],
  ])("is told where it is too little: %s", (_what, room, texts) => {
    const log = createKeptLog();
    warnOfLittleRoom(log, room);
    expect(log.lines).toHaveLength(texts.length);
    for (const [index, text] of texts.entries()) expect(JSON.stringify(log.lines[index])).toMatch(text);
  });
});
