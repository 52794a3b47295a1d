/** Reads pinion.yaml. */

import { createReadStream } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseControllerConfig } from "../adapters/manifest/operator/controller-config.ts";
import { maxYamlBytes } from "../adapters/manifest/document/limits.ts";
import { readWithin, TooLong } from "../domain/bounded-reading.ts";
import type { ControllerConfig } from "../domain/config/config.ts";
import { PinionError } from "../domain/errors.ts";
import { knownKinds } from "./known-kinds.ts";

/** @throws `config/not-found`, `config/invalid`. */
export async function readConfig(configFile: string): Promise<{ readonly config: ControllerConfig; readonly stateDirectory: string }> {
  const text = await readWithin(createReadStream(configFile), maxYamlBytes).catch((error: unknown) => {
    if (error instanceof TooLong) throw new PinionError("config/invalid", `${configFile} cannot be used: ${error.message}`);
    throw new PinionError("config/not-found", `${configFile} cannot be read`, { cause: error });
  });
  const config = parseControllerConfig(text, configFile, knownKinds);
  return { config, stateDirectory: resolve(dirname(configFile), config.state) };
}
