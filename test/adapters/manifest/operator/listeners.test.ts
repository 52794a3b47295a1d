/** One address is one listener's. */

import { describe, expect, it } from "vitest";
import { parseControllerConfig } from "../../../../src/adapters/manifest/operator/controller-config.ts";
import { PinionError } from "../../../../src/domain/errors.ts";

const repository = "repository: { url: https://git.example.com/config.git }\n";

/** `code line` of every finding. */
function refusal(text: string): readonly string[] {
  try {
    parseControllerConfig(text, "pinion.yaml");
    return [];
  } catch (error) {
    if (!(error instanceof PinionError)) throw error;
    return error.findings.map(({ code, line }) => `${code} ${line}`);
  }
}

describe("the addresses that pinion.yaml listens on", () => {
  it.each([
    ["on other addresses", "listen: { host: 127.0.0.2, port: 8600 }\ngateway: { port: 8600 }"],
    ["of both families", 'listen: { host: "::1", port: 8600 }\ngateway: { host: 0.0.0.0, port: 8600 }'],
    ["that are chosen at the start", "listen: { port: 0 }\ngateway: { port: 0 }"],
    [
      "of a gateway elsewhere",
      `gateway: { external: { controlUrl: "http://x:8600", publicUrl: "http://x", token: { env: T } } }\nlisten: { port: 8600 }`,
    ],
  ])("takes ports %s", (_, lines) => {
    expect(refusal(`${repository}${lines}\n`)).toEqual([]);
  });

  it.each([
    ["a gateway on the port of the API", `${repository}listen: { port: 8600 }\ngateway:\n  port: 8600\n`, ["schema/duplicate 4"]],
    [
      "a gateway on the port that the API has everywhere",
      `${repository}gateway: { host: 10.0.0.1, port: 8600 }\nlisten: { host: "::", port: 8600 }\n`,
      ["schema/duplicate 2"],
    ],
    [
      "environments on ports that are taken",
      `${repository}listen: { host: localhost, port: 8600 }
gateway:
  port: 8080
  environments:
    production: { port: 8081 }
    staging: { port: 8600 }
    testing: { port: 8081 }
    demo: { port: 8080 }
`,
      ["schema/duplicate 7", "schema/duplicate 8", "schema/duplicate 9"],
    ],
    [
      "environments with one host name",
      `${repository}gateway:\n  environments:\n    a: { host: shop.example }\n    b: { host: Shop.example }\n`,
      ["schema/duplicate 5"],
    ],
  ])("may not be %s", (_, text, expected) => {
    expect(refusal(text)).toEqual(expected);
  });
});
