/**
 * Writes a whole tree of files as one git pack. `git fast-import` would do, were it not quadratic in the entries of a
 * directory: ten thousand processes take it half a minute.
 */

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { constants, deflateSync } from "node:zlib";
import { cleanGitEnvironment } from "../test/support/git.ts";

/** A folder's entries by name: text of a file, or a folder. */
export type Folder = Map<string, string | Folder>;

/** Puts a text at its path, and makes the folders on the way. */
export function putFile(root: Folder, path: string, text: string): void {
  const steps = path.split("/");
  const name = steps.pop() ?? "";
  let folder = root;
  for (const step of steps) {
    const inner = folder.get(step) ?? new Map();
    if (typeof inner === "string") throw new Error(`${step} is a file`);
    folder.set(step, inner);
    folder = inner;
  }
  folder.set(name, text);
}

/** Brings the tree into a bare repository as one commit; gives back its id. No branch points to it yet. */
export async function packCommit(repository: string, root: Folder, subject: string): Promise<string> {
  const pack: Pack = { objects: new Set(), pieces: [] };
  const tree = addFolder(pack, root).toString("hex");
  const person = "Config Author <author@example.com> 1790000000 +0000";
  const commit = add(pack, "commit", Buffer.from(`tree ${tree}\nauthor ${person}\ncommitter ${person}\n\n${subject}\n`));
  await indexPack(repository, pack);
  return commit.toString("hex");
}

interface Pack {
  readonly objects: Set<string>;
  readonly pieces: Buffer[];
}

/** A small chunk: the default allocates more than these objects hold. */
const deflating = { level: constants.Z_BEST_SPEED, chunkSize: 2048 };

const numbers = { commit: 1, tree: 2, blob: 3 } as const;

function add(pack: Pack, type: keyof typeof numbers, body: Buffer): Buffer {
  const id = createHash("sha1").update(`${type} ${body.length}\0`).update(body).digest();
  const key = id.toString("latin1");
  if (!pack.objects.has(key)) {
    pack.objects.add(key);
    pack.pieces.push(objectHeader(numbers[type], body.length), deflateSync(body, deflating));
  }
  return id;
}

function addFolder(pack: Pack, folder: Folder): Buffer {
  // Git sorts a folder as if its name ended in a slash.
  const entries = Array.from(folder, ([name, content]) => ({ name, content, key: typeof content === "string" ? name : `${name}/` }));
  entries.sort((a, b) => (a.key < b.key ? -1 : 1));
  const lines = entries.flatMap(({ name, content }) =>
    typeof content === "string"
      ? [Buffer.from(`100644 ${name}\0`), add(pack, "blob", Buffer.from(content))]
      : [Buffer.from(`40000 ${name}\0`), addFolder(pack, content)],
  );
  return add(pack, "tree", Buffer.concat(lines));
}

/** Type and size, seven bits at a time, as `gitformat-pack` has it. */
function objectHeader(type: number, size: number): Buffer {
  const bytes: number[] = [];
  let current = (type << 4) | (size & 15);
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(current | 128);
    current = rest & 127;
  }
  return Buffer.from([...bytes, current]);
}

async function indexPack(repository: string, { objects, pieces }: Pack): Promise<void> {
  const header = Buffer.alloc(12);
  header.write("PACK");
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(objects.size, 8);
  const body = Buffer.concat([header, ...pieces]);
  const child = spawn("git", ["index-pack", "--stdin"], {
    cwd: repository,
    env: cleanGitEnvironment,
    stdio: ["pipe", "ignore", "inherit"],
  });
  const ended = once(child, "close");
  child.stdin.end(Buffer.concat([body, createHash("sha1").update(body).digest()]));
  const [code] = (await ended) as unknown[];
  if (code !== 0) throw new Error(`git index-pack ended with ${String(code)}`);
}
