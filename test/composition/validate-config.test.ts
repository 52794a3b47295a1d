import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCliWorld } from "../../src/composition/cli-world.ts";
import { scaffoldControllerFile } from "../../src/surfaces/cli/scaffold/controller-file.ts";
import { scaffoldRepository } from "../../src/surfaces/cli/scaffold/repository.ts";

const example = fileURLToPath(new URL("../../example-repo", import.meta.url));
const repository = "repository: { url: https://git.example.com/shop.git, auth: { token: { env: SHOP_GIT_TOKEN } } }\n";

describe("validate with a pinion.yaml", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "pinion-validate-"));
    cpSync(example, join(directory, "shop"), { recursive: true });
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  async function findings(config: string): Promise<readonly string[]> {
    writeFileSync(join(directory, "pinion.yaml"), config);
    const found = await createCliWorld().validate(join(directory, "shop"), {
      base: null,
      configFile: join(directory, "pinion.yaml"),
    });
    return found.findings.map(({ file, code, message }) => `${file} ${code} ${message}`);
  }
  const addSecrets = (lines: string) => {
    const file = join(directory, "shop/environments/production/environment.yaml");
    writeFileSync(file, `${readFileSync(file, "utf8")}\nsecrets:\n${lines}`);
  };

  it("finds secrets that the operator does not allow, each at its line", async () => {
    addSecrets("  A: { env: SHOP_KEY }\n  B: { env: SHOP_GIT_TOKEN }\n  C: { file: /etc/shadow }\n  D: { file: ../pinion.yaml }\n");
    const allowed = `environments: { production: { secrets: { env: ["SHOP_*"], folder: ./secrets } } }\n`;
    expect(await findings(repository + allowed)).toEqual([
      expect.stringMatching(/^environments\/production\/environment.yaml environment\/secret-not-allowed B: .*belongs to the controller/),
      expect.stringMatching(/ environment\/secret-not-allowed C: .*not in the folder/),
      expect.stringMatching(/ environment\/secret-not-allowed D: .*not in the folder/),
    ]);
    expect(await findings(repository)).toHaveLength(4);
  });

  it("finds what has no effect in the pinion.yaml itself, by the name that it has there", async () => {
    const deployer = "process_deployer:\n  version_management: { version_history: 100 }\n";
    expect(await findings(repository + deployer)).toEqual([
      expect.stringMatching(/pinion\.yaml option\/not-supported "version_history" is not supported yet and has no effect/u),
    ]);
  });

  it("finds pinned versions with nodes that the operator does not allow", async () => {
    const allow =
      "engines: { production: { kind: node-red, allow: { nodes: [http in, http response, function, change, http request] } } }\n";
    const found = await findings(repository + allow);
    expect(found.length).toBeGreaterThan(0);
    expect(
      found.every((each) => /^environments\/production\/pins\S* pin\/not-allowed .* is of the type (switch|catch|inject)/.test(each)),
    ).toBe(true);
  });

  it("finds nothing in what `pinion init` makes", async () => {
    rmSync(join(directory, "shop"), { recursive: true });
    for (const [path, text] of scaffoldRepository(createCliWorld().digestOfFile)) {
      mkdirSync(join(directory, "shop", path, ".."), { recursive: true });
      writeFileSync(join(directory, "shop", path), text);
    }
    expect(await findings(scaffoldControllerFile(join(directory, "shop")))).toEqual([]);
  });
});
