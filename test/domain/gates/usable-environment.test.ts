import { describe, expect, it } from "vitest";
import { usableEnvironment } from "../../../src/domain/gates/usable-environment.ts";
import { codeOf, proposed } from "./proposed.ts";

describe("the gate for the environment", () => {
  it("is open where environment.yaml can be used", () => {
    expect(codeOf(usableEnvironment(proposed()))).toBe("open");
    expect(codeOf(usableEnvironment(proposed({ spec: null })))).toBe("EnvironmentUnusable");
  });
});
