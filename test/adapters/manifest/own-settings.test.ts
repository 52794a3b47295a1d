/** Settings of its own that an environment gives to a process. */

import { describe, expect, it } from "vitest";
import { validateRepository } from "../../../src/adapters/manifest/validate-repository.ts";
import { createFakeObjects } from "../../fakes/objects.ts";
import { plainDialect, smallRepository } from "../../support/small-repository.ts";

async function validate(processes: string) {
  const objects = createFakeObjects();
  const environment = `name: production\ntype: production\nprocesses: ${processes}\n`;
  const commit = objects.commit({ ...smallRepository(), "environments/production/environment.yaml": environment });
  return (await validateRepository({ objects, dialects: [plainDialect], commit })).findings;
}

describe("settings of a process", () => {
  it("that does not exist have no effect, and the nearest one is named", async () => {
    expect(await validate("{ caled: { strategy: { type: recreate } } }")).toMatchObject([
      { code: "environment/unknown-process", severity: "warning", pointer: "/processes/caled", hint: "Did you mean called?" },
    ]);
  });

  it("that exists are fine, pinned or not", async () => {
    expect(await validate("{ called: {}, caller: {} }")).toEqual([]);
  });
});
