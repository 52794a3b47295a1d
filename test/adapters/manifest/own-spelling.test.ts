/** What is wrong with pinion.yaml is said as it is written, in whichever spelling. */

import { describe, expect, it } from "vitest";
import { parseControllerConfig } from "../../../src/adapters/manifest/operator/controller-config.ts";

const parse = (text: string) => parseControllerConfig(text, "pinion.yaml");
const repository = "repository: { url: https://git.example.com/config.git }\n";

describe("pinion.yaml", () => {
  it.each([
    ["process_deployer:\n  rollback_managment: {}\n", 'unknown property "rollback_managment"', "Did you mean rollback_management?"],
    ["processDeployer:\n  rollbackManagment: {}\n", 'unknown property "rollbackManagment"', "Did you mean rollbackManagement?"],
    ["process_deployer:\n", '"process_deployer" must be a mapping, but is empty', "Write a value"],
    [
      'process_deployer: { automated_deployment: { parallel_deployments: "3" } }\n',
      '"parallel_deployments" must be a whole number, but is a string',
      "Write a value",
    ],
    [
      "engines: { default: { kind: node-red, allow: { externalModules: true } } }\n",
      '"externalModules" can only be false',
      "Pinion installs none",
    ],
  ])("says what is wrong in the words of the file: %j", (lines, message, hint) => {
    const told = expect.objectContaining({ message, hint: expect.stringContaining(hint) });
    expect(() => parse(repository + lines)).toThrow(expect.objectContaining({ findings: [told] }));
  });
});
