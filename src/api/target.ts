/** Which controller somebody means who names one, and with what it is entered. */

import { createReadStream } from "node:fs";
import { readWithin } from "../domain/bounded-reading.ts";
import { PinionError } from "../domain/errors.ts";
import type { ControllerTarget } from "./client.ts";

const socketScheme = /^unix:(?:\/\/)?(?=\/)/u;

/** `http://…`, or `unix:/path/of/socket`. */
export function targetOf(controller: string, token: ControllerTarget["token"]): ControllerTarget {
  const path = controller.replace(socketScheme, "");
  return path === controller ? { url: controller, socket: null, token } : { url: "http://localhost", socket: path, token };
}

/** From PINION_TOKEN_FILE, read each time, or PINION_TOKEN; null: neither is set. @throws `secret/missing`. */
export async function tokenFrom(env: Readonly<Record<string, string | undefined>>): Promise<string | null> {
  const file = env["PINION_TOKEN_FILE"];
  return file === undefined || file === "" ? env["PINION_TOKEN"] || null : readTokenFile(file);
}

/** More is a mistake. */
const largestTokenBytes = 64 * 1024;

/** @throws `secret/missing`. */
export async function readTokenFile(file: string): Promise<string> {
  const text = await readWithin(createReadStream(file), largestTokenBytes).catch((error: unknown) => {
    throw new PinionError(
      "secret/missing",
      `the token file ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  return text.trim();
}
