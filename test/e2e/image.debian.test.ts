/** The image: built from the Dockerfile, started with the lines of docs/install.md, and called from outside. Needs podman and mmdebstrap, and root. */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Containers, openContainers } from "../support/containers.ts";
import { freePort } from "../support/free-port.ts";
import { startScraper } from "../support/prometheus.ts";

const root = join(import.meta.dirname, "../..");

/** A machine that builds for the first time fetches a few hundred megabytes. */
const buildLimitMs = 20 * 60_000;
const pinion = "docker exec pinion node /opt/pinion/bin/pinion.js";
const config = "--config /etc/pinion/pinion.yaml";

const pinionYaml = `repository: { url: /srv/shop.git, allowFile: true, pollInterval: 1s }
state: /var/lib/pinion
gateway: { host: 0.0.0.0, port: 8080 }
listen: { host: 0.0.0.0, port: 8600, names: [pinion.example.com], metricsToken: { file: /etc/pinion/metrics.token } }
environments: [development, production]
`;
const metricsToken = "metrics-token-of-this-test-alone";

/** The lines of the docs, with this machine's ports and what only the test needs: a repository, and a token for the metrics page. */
async function documented(ports: {
  readonly gateway: number;
  readonly api: number;
}): Promise<{ readonly build: string; readonly start: string }> {
  const text = await readFile(join(root, "docs/install.md"), "utf8");
  const block = /## Container\n\n```sh\n(?<lines>[^]*?)```/u.exec(text)?.groups?.["lines"] ?? "";
  const [build = "", ...others] = block.split("\n");
  const start = others
    .slice(
      0,
      others.findIndex((line) => line.startsWith("docker exec")),
    )
    .join("\n");
  const more = '-v "$PWD/shop.git:/srv/shop.git:ro" -v "$PWD/metrics.token:/etc/pinion/metrics.token:ro"';
  const isAsExpected =
    build.startsWith("docker build") && start.startsWith("docker run -d --name pinion ") && start.includes("-p 8080:8080");
  if (!isAsExpected) throw new Error(`docs/install.md does not say how to build and start the image: ${block}`);
  return {
    build,
    start: start
      .replace("docker run", `docker run ${more} -p 127.0.0.1:${ports.api}:8600`)
      .replace("-p 8080:8080", `-p ${ports.gateway}:8080`),
  };
}

describe("the image", () => {
  let containers: Containers;
  let ports: { readonly gateway: number; readonly api: number };
  const shell = (lines: string) => containers.shell(lines, containers.directory);
  const api = (path: string, headers: Readonly<Record<string, string>> = {}) => fetch(`http://127.0.0.1:${ports.api}${path}`, { headers });

  beforeAll(async () => {
    containers = await openContainers();
    ports = { gateway: await freePort(), api: await freePort() };
    const { build, start } = await documented(ports);
    await containers.shell(build, root);
    await writeFile(join(containers.directory, "pinion.yaml"), pinionYaml);
    await writeFile(join(containers.directory, "metrics.token"), metricsToken, { mode: 0o644 });
    const commit =
      "git -c user.name=Test -c user.email=test@example.com -c commit.gpgsign=false commit --quiet --no-verify --message First";
    await shell(`cp -r "${root}/example-repo" shop && cd shop && git init --quiet --initial-branch main && git add --all && ${commit}`);
    await shell("git clone --quiet --bare shop shop.git");
    await shell(start);
    await shell(`for turn in $(seq 600); do ${pinion} status ${config} >/dev/null 2>&1 && break; sleep 0.2; done`);
    await shell(`${pinion} wait production --timeout 300s ${config}`);
  }, buildLimitMs);
  afterAll(async () => containers.close(), 120_000);

  it("serves callers outside of the container", async () => {
    const answer = await fetch(`http://127.0.0.1:${ports.gateway}/production/shipping/quote?country=DE&grams=100`);
    expect(answer.status).toBe(200);
  });

  it("answers on the API to the token alone", async () => {
    const token = await shell("docker exec pinion cat /var/lib/pinion/api.token");
    expect((await api("/healthz")).status).toBe(200);
    expect((await api("/api/v1/status")).status).toBe(401);
    expect((await api("/api/v1/status", { authorization: `Bearer ${token}` })).status).toBe(200);
    expect((await api("/metrics", { authorization: `Bearer ${metricsToken}` })).status).toBe(200);
    expect((await api("/api/v1/status", { authorization: `Bearer ${metricsToken}` })).status).toBe(403);
  });

  it("is scraped by a Prometheus on another host, as docs/api.md says", async () => {
    const address = await shell("docker inspect --format '{{.NetworkSettings.IPAddress}}' pinion");
    const credentials = join(containers.directory, "metrics.token");
    const text = await readFile(join(root, "docs/api.md"), "utf8");
    const scrape = /```yaml\n(?<scrape>scrape_configs:\n[^]*?)```/u.exec(text)?.groups?.["scrape"] ?? "";
    const prometheus = await startScraper(
      scrape.replace("pinion.example.com:8600", `${address}:8600`).replace("/etc/pinion/metrics.token", credentials),
    );
    try {
      await prometheus.scraped(1);
      expect(await prometheus.query("count(pinion_environment_observed_timestamp_seconds)")).toBe(2);
    } finally {
      await prometheus.stop();
    }
  });

  it("runs each environment's engines, and the gateway, as users of their own", async () => {
    const processes = await shell(
      `docker exec pinion sh -c 'for p in /proc/[0-9]*; do echo "$(stat -c %U $p) $(tr "\\0" " " < $p/cmdline)"; done 2>/dev/null || true'`,
    );
    const usersOf = (word: string) =>
      new Set(
        processes
          .split("\n")
          .filter((line) => line.includes(word))
          .map((line) => line.split(" ")[0]),
      );
    expect(usersOf("engines/production/")).toEqual(new Set(["pinion-production"]));
    expect(usersOf("engines/development/")).toEqual(new Set(["pinion-development"]));
    expect(usersOf("pinion.js gateway")).toEqual(new Set(["pinion_gateway"]));
    expect(usersOf("worker-program.js")).toEqual(new Set(["pinion_gateway"]));
    expect(await shell(`${pinion} status ${config}`)).not.toContain("not isolated");
    const folders = await shell("docker exec pinion stat -c '%U %a %n' /var/lib/pinion /var/lib/pinion.engines/production/node-red-1");
    expect(folders.split("\n")).toEqual([
      "root 700 /var/lib/pinion",
      "pinion-production 700 /var/lib/pinion.engines/production/node-red-1",
    ]);
  });

  it("says that it is healthy, and ends in order with all that it started", async () => {
    await shell("docker healthcheck run pinion");
    await shell("docker stop --time 60 pinion");
    expect(await shell("docker inspect --format '{{.State.ExitCode}}' pinion")).toBe("0");
  }, 180_000);
});
