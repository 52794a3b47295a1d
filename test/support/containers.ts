/** Docker's command line without Docker: podman, with images, volumes and containers in a folder of its own that goes with the test. */

import { execFile } from "node:child_process";
import { chmod, copyFile, mkdir, mkdtemp, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface Containers {
  readonly directory: string;
  /** Runs lines as the docs have them, where `docker` is podman. Resolves with what they print. @throws Error with all that was said. */
  shell(lines: string, cwd: string): Promise<string>;
  close(): Promise<void>;
}

/** The image that the Dockerfile begins with, as far as it is of use here: Debian with this machine's Node.js and npm. */
const base = "docker.io/library/node:20-bookworm-slim";
const neededBytes = 6 * 1024 ** 3;
const largestOutputBytes = 64 * 1024 * 1024;

export async function openContainers(): Promise<Containers> {
  const directory = await mkdtemp(join(await roomyFolder(), "pinion-containers-"));
  const env = { ...process.env, ...(await configure(directory)) };
  const shell: Containers["shell"] = async (lines, cwd) => {
    const { stdout } = await run("bash", ["-euo", "pipefail", "-c", lines], { cwd, env, maxBuffer: largestOutputBytes });
    return stdout.trim();
  };
  const close = async (): Promise<void> => {
    const end =
      "podman rm --all --force --time 0; podman volume rm --all --force; podman rmi --all --force; umount --recursive storage/overlay";
    await shell(`{ ${end}; } >/dev/null 2>&1 || true`, directory);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await importBase(shell, directory);
    return { directory, shell, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** In memory where that has room: packages are installed file by file, each made sure to be on the disk. */
async function roomyFolder(): Promise<string> {
  const memory = await statfs("/dev/shm").catch(() => null);
  return memory !== null && memory.bavail * memory.bsize > neededBytes ? "/dev/shm" : tmpdir();
}

/** Gives the environment in which podman works in this folder alone, with no more rights than a machine for tests has. */
async function configure(directory: string): Promise<NodeJS.ProcessEnv> {
  const storage = `[storage]\ndriver = "overlay"\ngraphroot = "${directory}/storage"\nrunroot = "${directory}/run"\n`;
  // By default podman raises its limits, which takes a right that not every root has.
  const limits = 'default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]';
  const engine = '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n';
  const cache = await copyOfCache(directory);
  const docker = `#!/bin/sh\nif [ "$1" = build ]; then shift; set -- build --volume "${cache}:/root/.npm" "$@"; fi\nexec podman "$@"\n`;
  await mkdir(join(directory, "bin"));
  await writeFile(join(directory, "storage.conf"), storage);
  await writeFile(join(directory, "containers.conf"), `[containers]\n${limits}\n${engine}`);
  await writeFile(join(directory, "bin/docker"), docker);
  await chmod(join(directory, "bin/docker"), 0o755);
  return {
    PATH: `${join(directory, "bin")}:${process.env["PATH"] ?? ""}`,
    TMPDIR: directory,
    CONTAINERS_STORAGE_CONF: join(directory, "storage.conf"),
    CONTAINERS_CONF: join(directory, "containers.conf"),
    BUILDAH_ISOLATION: "chroot",
    BUILDAH_FORMAT: "docker",
  };
}

/**
 * What `npm ci` of this checkout has brought is not brought again. It is a copy, since the Dockerfile empties it, while others on this machine
 * may install something; what they change meanwhile is missing in it, or fetched again.
 */
async function copyOfCache(directory: string): Promise<string> {
  const { stdout } = await run("npm", ["config", "get", "cache"]);
  const copy = join(directory, "npm-cache");
  await mkdir(copy);
  await run("bash", ["-c", `cp -r "$0/_cacache" "$1/" 2>/dev/null || true`, stdout.trim(), copy]);
  return copy;
}

async function importBase(shell: Containers["shell"], directory: string): Promise<void> {
  const { stdout } = await run("npm", ["root", "--global"]);
  const added = join(directory, "added/usr/local");
  const variables = ["npm_config_prefer_offline=true", "npm_config_update_notifier=false"];
  await mkdir(join(added, "bin"), { recursive: true });
  await mkdir(join(added, "lib/node_modules"), { recursive: true });
  await copyFile(process.execPath, join(added, "bin/node"));
  await shell(
    `cp -r "${join(resolve(stdout.trim()), "npm")}" lib/node_modules/npm && ln -s ../lib/node_modules/npm/bin/npm-cli.js bin/npm`,
    added,
  );
  const authorities = process.env["NODE_EXTRA_CA_CERTS"];
  if (authorities !== undefined) {
    await copyFile(authorities, join(added, "lib/authorities.pem"));
    variables.push("NODE_EXTRA_CA_CERTS=/usr/local/lib/authorities.pem");
  }
  const changes = variables.map((variable) => `--change "ENV ${variable}"`).join(" ");
  await shell(
    `mmdebstrap --quiet --variant=apt --aptopt='Acquire::Languages "none"' --customize-hook='cp -r added/. "$1"' bookworm - | podman import --quiet ${changes} - ${base}`,
    directory,
  );
  await rm(join(directory, "added"), { recursive: true });
}
