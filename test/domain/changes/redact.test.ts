/** Secrets are taken out of a change before it is shown or kept. That a secret is another one than before stays visible. */

import { describe, expect, it } from "vitest";
import { recordChanges } from "../../../src/domain/changes/recorded.ts";
import type { JsonObject } from "../../../src/domain/desired/definition.ts";
import { config, type Edit, node, settings, shop, withNode } from "./shop.ts";

describe("what is secret is neither shown nor kept, and that it is another one is", () => {
  const secret = "c4tch-me-if-you-can";
  it.each<[string, Edit]>([
    ["a value that the unit was given", config("b2", { func: `const key = "x${secret}x";` })],
    ["a password in a function", config("b2", { func: `const password = '${secret}';` })],
    ["a header in a function", config("b2", { func: `msg.headers = {Authorization: "Bearer ${secret}"};` })],
    ["an address with a password", config("b2", { url: `https://me:${secret}@example.com/` })],
    ["a setting named so", config("b2", { apiKey: secret })],
    ["a number named so", config("b2", { credentials: { user: "me", password: secret } })],
    ["a header of a list", config("b2", { headers: [{ keyType: "Authorization", valueType: "other", valueValue: secret }] })],
    ["a rule that sets one", config("f6", { rules: [{ t: "set", p: "headers.authorization", to: secret, tot: "str" }] })],
    [
      "a variable",
      settings({
        env: [
          { name: "REGION", type: "str", value: "eu" },
          { name: "KEY", type: "cred", value: secret },
        ],
      }),
    ],
    ["a variable named so", settings({ env: [{ name: "DB_PASSWORD", type: "str", value: secret }] })],
    ["a new node", withNode(node("n1", "mqtt-broker", "Broker", { credentials: { user: secret, password: secret } }))],
  ])("%s", (_what, edit) => {
    const recorded = recordChanges(shop, edit(shop), { ORDERS_KEY: secret });
    expect(recorded.sentences).not.toEqual([]);
    expect(JSON.stringify(recorded)).not.toContain(secret);
  });

  it.each<[string, JsonObject, JsonObject]>([
    ["a setting", { apiKey: "one" }, { apiKey: "two" }],
    ["within a text", { func: 'const password = "one";' }, { func: 'const password = "two";' }],
    [
      "in a list",
      { headers: [{ keyType: "Authorization", valueValue: "one" }] },
      { headers: [{ keyType: "Authorization", valueValue: "two" }] },
    ],
    ["a number", { apiKey: 1 }, { apiKey: 2 }],
  ])("%s that is another secret than before is a change", (_what, one, two) => {
    const [from, to] = [config("b2", one)(shop), config("b2", two)(shop)];
    const { sentences, changes } = recordChanges(from, to);
    expect(sentences).toHaveLength(1);
    expect(JSON.stringify(changes)).toContain("(hidden, another one)");
  });

  it("a reference to a variable is no secret", () => {
    const { changes } = recordChanges(shop, config("b2", { apiKey: "${ORDERS_KEY}" })(shop));
    expect(JSON.stringify(changes)).toContain("${ORDERS_KEY}");
  });
});
