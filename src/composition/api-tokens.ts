/** The tokens of the API: one in the state folder for everything, and, where pinion.yaml names one, another for the metrics page alone. */

import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { SecretReference } from "../domain/desired/environment.ts";
import { PinionError } from "../domain/errors.ts";
import { writeDurably } from "../platform/durable-file.ts";
import type { Secrets } from "../ports/secrets.ts";
import type { Tokens } from "../surfaces/http/open-server.ts";

/** Where the token is that the command line shows. */
export function tokenFile(stateDirectory: string): string {
  return join(stateDirectory, "api.token");
}

const shortestToken = 16;

export interface ApiTokensOptions {
  readonly stateDirectory: string;
  /** Null: the metrics page takes the token for everything only. */
  readonly metricsToken: SecretReference | null;
  readonly secrets: Secrets;
}

/**
 * Read anew at each use: another text in the file changes the token, and deleting the file revokes it; then a new one is made.
 * @throws `config/invalid`, `secret/missing`.
 */
export async function openApiTokens({ stateDirectory, metricsToken, secrets }: ApiTokensOptions): Promise<Tokens> {
  const file = tokenFile(stateDirectory);
  const first = (await readToken(file)) ?? (await makeToken(file));
  if (first.length < shortestToken)
    throw new PinionError(
      "config/invalid",
      `${file}: the token is shorter than ${shortestToken} characters; delete the file, and a new one is made`,
    );
  if (metricsToken) await secrets.resolve(metricsToken);
  return {
    async current() {
      const scraper = metricsToken && (await secrets.resolve(metricsToken).catch(() => null));
      return { operator: await currentToken(file).catch(() => null), scraper };
    },
  };
}

/** Null: what the file says is no token, and it may be being written just now. */
async function currentToken(file: string): Promise<string | null> {
  const text = await readText(file);
  const token = text === null ? await makeToken(file) : text.trim();
  return token.length < shortestToken ? null : token;
}

/** Null: there is none. */
export async function readToken(file: string): Promise<string | null> {
  return (await readText(file))?.trim() || null;
}

/** Null: there is no such file. */
async function readText(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** Whole or not at all. */
async function makeToken(file: string): Promise<string> {
  const token = randomBytes(32).toString("base64url");
  await writeDurably(file, `${token}\n`, 0o600);
  return token;
}
