import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { gatewayDefaults } from "../../../../src/domain/config/config.ts";
import { spawnGateway } from "../../../../src/adapters/routers/gateway/spawn.ts";

const directory = mkdtempSync(join(tmpdir(), "pinion-spawn-"));
afterAll(() => rmSync(directory, { recursive: true }));

it("says of a gateway that ends at its start what it said itself, not the log lines before", async () => {
  const program = join(directory, "gateway.mjs");
  const said = ['{"level":50,"msg":"cannot listen"}', "error system/port-taken: gateway: port 8080 is taken", "hint: End it."];
  writeFileSync(program, `console.error(${JSON.stringify(said.join("\n"))}); process.exit(2);`);
  const start = spawnGateway({
    stateDirectory: join(directory, "state"),
    keptIn: join(directory, "state"),
    runAs: null,
    token: "token",
    host: "127.0.0.1",
    port: 0,
    settings: gatewayDefaults,
    command: [process.execPath, program],
    isServing: () => Promise.resolve(false),
  });
  await expect(start).rejects.toMatchObject({ code: "system/port-taken", message: "gateway: port 8080 is taken" });
});
