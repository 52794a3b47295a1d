/** Digests are put into process.yaml, and nothing else there moves. */

import { describe, expect, it } from "vitest";
import { withDigests } from "../../../../src/adapters/manifest/process/digest-text.ts";

const digest = "version-sha256-new";
const put = (text: string) => withDigests(text, new Map([["1.0.0", digest]]));

describe("a digest", () => {
  it.each([
    [
      "in a line of its own below the status",
      "versions:\n  - version: 1.0.0 # first\n    status: published # since May\n  - version: 1.1.0\n    status: draft\n",
      "versions:\n  - version: 1.0.0 # first\n    status: published # since May\n    digest: version-sha256-new\n  - version: 1.1.0\n    status: draft\n",
    ],
    [
      "where the status comes first and the file ends without a line end",
      "versions:\n- status: published\n  version: 1.0.0",
      "versions:\n- status: published\n  digest: version-sha256-new\n  version: 1.0.0",
    ],
    [
      "at the very end",
      "versions:\n- version: 1.0.0\n  status: published",
      `versions:\n- version: 1.0.0\n  status: published\n  digest: ${digest}`,
    ],
    [
      "with the line ends of the file",
      "versions:\r\n- version: 1.0.0\r\n  status: published\r\n",
      `versions:\r\n- version: 1.0.0\r\n  status: published\r\n  digest: ${digest}\r\n`,
    ],
    [
      "in a flow mapping",
      "versions: [{ version: 1.0.0, status: published }]\n",
      `versions: [{ version: 1.0.0, status: published, digest: ${digest} }]\n`,
    ],
    [
      "in place of an older one, quoted or not",
      'versions:\n  - { version: "1.0.0", status: published, digest: "sha256-old" } # kept\n',
      `versions:\n  - { version: "1.0.0", status: published, digest: ${digest} } # kept\n`,
    ],
    [
      "not at all for another version",
      "versions:\n  - version: 1.1.0\n    status: published\n",
      "versions:\n  - version: 1.1.0\n    status: published\n",
    ],
  ])("is put %s", (_, text, expected) => {
    expect(put(text)).toBe(expected);
  });
});
