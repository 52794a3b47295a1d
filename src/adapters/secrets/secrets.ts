/** Secrets from the controller's environment variables and files. What a repository names must be allowed by the operator. */

import { constants } from "node:fs";
import { type FileHandle, open, realpath } from "node:fs/promises";
import type { SecretReference } from "../../domain/desired/environment.ts";
import { PinionError } from "../../domain/errors.ts";
import type { EnvironmentName } from "../../domain/names.ts";
import { isWithin, pathInFolder, type Permits, whyNotSecret } from "../../domain/config/permits.ts";
import type { Secrets } from "../../ports/secrets.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** More is a mistake. */
const largestBytes = 1024 * 1024;

/** Without permits the repository's author and the operator are the same, and everything may be named. */
export function createSecrets(variables: Variables, permits: Permits | null = null): Secrets {
  return {
    async resolve(reference, environment) {
      const value =
        permits === null || environment === undefined
          ? await look(variables, reference)
          : await lookAllowed(variables, reference, environment, permits);
      if (value === undefined || value === "") throw new PinionError("secret/missing", `${describe(reference)} is not set`);
      return value;
    },
  };
}

async function look(variables: Variables, reference: SecretReference): Promise<string | undefined> {
  return reference.kind === "env" ? variables[reference.name] : readSecret(reference.path);
}

async function lookAllowed(
  variables: Variables,
  reference: SecretReference,
  environment: EnvironmentName,
  permits: Permits,
): Promise<string | undefined> {
  const why = whyNotSecret(permits, environment, reference);
  if (why !== null) throw new PinionError("secret/not-allowed", why);
  if (reference.kind === "env") return variables[reference.name];
  const folder = permits.secrets.get(environment)?.folder ?? "";
  return readWithin(folder, pathInFolder(folder, reference.path) ?? folder, permits);
}

/** Symbolic links are followed within the folder, as mounted secrets have them, and never out of it. */
async function readWithin(folder: string, path: string, { own }: Permits): Promise<string | undefined> {
  const [real, root] = await Promise.all([whereIs(path), whereIs(folder)]);
  if (real === undefined || root === undefined) return undefined;
  const ownPaths = await Promise.all(own.paths.map(whereIs));
  const isOwn = ownPaths.some((each) => each !== undefined && isWithin(real, each));
  if (isOwn || !isWithin(real, root)) throw new PinionError("secret/not-allowed", `the file ${path} leads out of the folder of secrets`);
  return readSecret(real, constants.O_NOFOLLOW);
}

function whereIs(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}

/** Without the line break that editors and mounted secrets end with. @throws `secret/missing` for a folder, and for what has no end. */
async function readSecret(path: string, flags = 0): Promise<string | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | flags).catch(() => null);
  if (file === null) return undefined;
  try {
    if ((await file.stat()).isDirectory()) throw new PinionError("secret/missing", `secret file ${path} is a folder`);
    return (await readLimited(file, path)).replace(/\r?\n$/, "");
  } finally {
    await file.close();
  }
}

/** What its size is said to be is not asked: a device has none, and a file may grow. */
async function readLimited(file: FileHandle, path: string): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of file.createReadStream({ end: largestBytes, autoClose: false }) as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
  }
  if (length > largestBytes) throw new PinionError("secret/missing", `secret file ${path} is larger than 1 MB`);
  return Buffer.concat(chunks).toString("utf8");
}

function describe(reference: SecretReference): string {
  return reference.kind === "env" ? `environment variable ${reference.name}` : `secret file ${reference.path}`;
}
