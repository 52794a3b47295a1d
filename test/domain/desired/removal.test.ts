import { describe, expect, it } from "vitest";
import type { Finding } from "../../../src/domain/finding.ts";
import { whyUnusable } from "../../../src/domain/desired/removal.ts";

const finding = (code: Finding["code"], message: string): Finding => ({
  file: "environments/shut/environment.yaml",
  line: 1,
  column: 1,
  pointer: "",
  code,
  severity: "error",
  message,
  hint: "",
});

describe("why nothing is decided in an environment", () => {
  it("is that its folder is gone", () => {
    const findings = [finding("environment/vanished", "the environment shut is gone from the repository")];
    expect(whyUnusable({ findings })).toBe("the environment shut is gone from the repository");
  });

  it("is that its file has errors", () => {
    expect(whyUnusable({ findings: [finding("schema/invalid", "name is missing")] })).toContain("environment.yaml cannot be used");
  });
});
