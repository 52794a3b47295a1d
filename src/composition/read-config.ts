/** Reads pinion.yaml. */

import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parseControllerConfig } from "../adapters/manifest/controller-config.ts";
import type { ControllerConfig } from "../domain/controller-config.ts";
import { PinionError } from "../domain/errors.ts";

/** @throws `config/not-found`, `config/invalid`. */
export async function readConfig(configFile: string): Promise<{ readonly config: ControllerConfig; readonly stateDirectory: string }> {
  const text = await readFile(configFile, "utf8").catch((error: unknown) => {
    throw new PinionError("config/not-found", `${configFile} cannot be read`, { cause: error });
  });
  const config = parseControllerConfig(text, configFile);
  return { config, stateDirectory: resolve(dirname(configFile), config.state) };
}
