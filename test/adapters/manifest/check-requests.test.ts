/** A check is sent to its version, and to nobody else. */

import { describe, expect, it } from "vitest";
import { validateRepository } from "../../../src/adapters/manifest/validate-repository.ts";
import { createFakeObjects } from "../../fakes/objects.ts";
import { plainDialect, smallRepository, versionText } from "../../support/small-repository.ts";

const file = "processes/called/versions/1.0.0.yaml";

async function findingsOf(request: string, timeout = "5s"): Promise<readonly string[]> {
  const checks = `checks:\n  - { name: answers, timeout: ${timeout}, request: ${request}, expect: { status: 200 } }\n`;
  const objects = createFakeObjects();
  const commit = objects.commit({ ...smallRepository(), [file]: versionText("1.0.0", "c100", checks) });
  const { findings } = await validateRepository({ objects, commit, dialects: [plainDialect] });
  return findings.filter((found) => found.file === file).map(({ code, line }) => `${code}:${line}`);
}

describe("the request of a check", () => {
  it.each(['{ path: "/hello" }', '{ path: "/hello?next=../x", headers: { x-test: "1" } }'])("%s is fine", async (request) => {
    expect(await findingsOf(request)).toEqual([]);
  });

  it.each([
    ['{ path: "/../../__admin" }', "check/path:4"],
    ['{ path: "/a/%2e%2e/__admin" }', "check/path:4"],
    ['{ path: "//evil.example/" }', "check/path:4"],
    ['{ path: "/hello", headers: { Host: evil.example } }', "check/host:4"],
    ['{ path: "@evil.example/" }', "schema/pattern:4"],
  ])("%s is none", async (request, expected) => {
    expect(await findingsOf(request)).toContain(expected);
  });
});

describe("the time of a check", () => {
  it.each(["1ms", "250", "1h"])("%s is fine", async (timeout) => {
    expect(await findingsOf('{ path: "/hello" }', timeout)).toEqual([]);
  });

  it.each(["0s", "0", "2h", "1000h"])("%s is none", async (timeout) => {
    expect(await findingsOf('{ path: "/hello" }', timeout)).toEqual(["schema/range:4"]);
  });
});
