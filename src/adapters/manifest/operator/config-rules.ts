/** What must hold in pinion.yaml beyond its shape. */

import { isIP } from "node:net";
import { validate as isCron } from "node-cron";
import type { Finding } from "../../../domain/finding.ts";
import type { PinionFile } from "../../../generated/pinion.ts";
import { durationMs } from "../document/durations.ts";
import { finding, type Say } from "../document/findings.ts";
import { listenerFindings } from "./listeners.ts";
import { metricSourceFindings } from "./metric-sources.ts";
import { alertFindings, notificationFindings } from "./notifications.ts";
import type { YamlDocument } from "../document/yaml-document.ts";

/** Shorter intervals would only heat the machine. */
const shortestIntervalMs = 100;
/** A busy machine alone may take as long. */
const shortestIdleMs = 1_000;

/** Everything that is wrong with a document of the right shape. */
export function configFindings(file: PinionFile, document: YamlDocument): readonly Finding[] {
  const say: Say = (pointer, code, message, hint) => finding(document.place(pointer), code, message, hint);
  return [
    ...urlFindings(file, say),
    ...authFindings(file, say),
    ...scheduleFindings(file, say),
    ...intervalFindings(file, say),
    ...listenFindings(file, say),
    ...gatewayFindings(file, say),
    ...listenerFindings(file, say),
    ...metricSourceFindings(file.metricSources ?? [], say),
    ...notificationFindings(file.notifications ?? [], say),
    ...alertFindings(file.alertThresholds ?? [], "/alertThresholds", say),
  ];
}

function urlFindings({ repository: { url, allowFile } }: PinionFile, say: Say): readonly Finding[] {
  const refuse = (message: string): readonly Finding[] => [say("/repository/url", "config/invalid-url", message)];
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase() ?? (isSshAddress(url) ? "ssh" : "file");
  if (scheme === "file") return allowFile === true ? [] : refuse(`${url} is a path on this machine; that needs allowFile: true`);
  if (!["http", "https", "ssh"].includes(scheme)) return refuse(`a repository cannot be reached over ${scheme}`);
  return isSshAddress(url) || URL.canParse(url) ? [] : refuse("this is not an address");
}

/** `git@host:path`, as ssh writes it. */
function isSshAddress(url: string): boolean {
  return /^[^/\\]+@[^/\\:]+:/.test(url);
}

function authFindings({ repository: { auth } }: PinionFile, say: Say): readonly Finding[] {
  if (auth === undefined) return [];
  const ways = [auth.token, auth.password, auth.sshKey].filter((way) => way !== undefined);
  if (ways.length !== 1) return [say("/repository/auth", "config/auth", `one way to log in is needed, but there are ${ways.length}`)];
  const wrong = [
    auth.password !== undefined && auth.username === undefined ? "a password needs a username" : null,
    auth.sshKey !== undefined && auth.username !== undefined ? "the user name of an ssh address is part of the address" : null,
    auth.sshKey === undefined && auth.knownHosts !== undefined ? "knownHosts belongs to sshKey" : null,
  ];
  return wrong.flatMap((message) => (message === null ? [] : [say("/repository/auth", "config/auth", message)]));
}

function scheduleFindings({ repository: { schedule } }: PinionFile, say: Say): readonly Finding[] {
  const expressions = schedule === undefined ? [] : [schedule].flat();
  return expressions.flatMap((expression, index) => {
    if (isCron(expression)) return [];
    const pointer = Array.isArray(schedule) ? `/repository/schedule/${index}` : "/repository/schedule";
    return [say(pointer, "config/schedule", `"${expression}" is not a cron expression`)];
  });
}

function intervalFindings({ repository, resyncInterval }: PinionFile, say: Say): readonly Finding[] {
  const intervals = {
    "/repository/pollInterval": repository.pollInterval,
    "/repository/timeout": repository.timeout,
    "/resyncInterval": resyncInterval,
  };
  return Object.entries(intervals).flatMap(([pointer, interval]) => {
    if (interval === undefined || durationMs(interval) >= shortestIntervalMs) return [];
    return [say(pointer, "schema/range", `${interval} is too short; at least ${shortestIntervalMs}ms is needed`)];
  });
}

/** What belongs to the port has no effect where there is none. */
function listenFindings({ listen }: PinionFile, say: Say): readonly Finding[] {
  if (listen?.socket === undefined || listen.host !== undefined || listen.port !== undefined) return [];
  return (["names", "metricsToken"] as const).flatMap((key) =>
    listen[key] === undefined
      ? []
      : [
          say(
            `/listen/${key}`,
            "config/listen",
            `${key} is for callers over TCP, and with a socket and neither host nor port there are none`,
          ),
        ],
  );
}

function gatewayFindings({ gateway }: PinionFile, say: Say): readonly Finding[] {
  if (gateway === undefined) return [];
  if (gateway.external !== undefined)
    return (["host", "port", "user", "trustedProxies", "limits", "environments"] as const).flatMap((key) =>
      gateway[key] === undefined ? [] : [say(`/gateway/${key}`, "schema/not-allowed", `an external gateway has its own ${key}`)],
    );
  const { trustedProxies = [], limits } = gateway;
  const idle = limits?.bodyIdleTimeout;
  return [
    ...ownHostFindings(gateway, say),
    ...trustedProxies.flatMap((proxy, index) =>
      isNetwork(proxy)
        ? []
        : [
            say(
              `/gateway/trustedProxies/${index}`,
              "config/unknown-value",
              `"${proxy}" is neither an address nor a network such as 10.0.0.0/8`,
            ),
          ],
    ),
    ...(idle !== undefined && durationMs(idle) < shortestIdleMs
      ? [say("/gateway/limits/bodyIdleTimeout", "schema/range", `${idle} is too short; at least ${shortestIdleMs}ms is needed`)]
      : []),
  ];
}

/** A host name is one environment's own. */
function ownHostFindings({ environments = {} }: NonNullable<PinionFile["gateway"]>, say: Say): readonly Finding[] {
  const owners = new Map<string, string>();
  return Object.entries(environments).flatMap(([name, own]) => {
    if (own.host === undefined) return [];
    const host = own.host.toLowerCase();
    const owner = owners.get(host);
    owners.set(host, owner ?? name);
    return owner === undefined ? [] : [say(`/gateway/environments/${name}/host`, "schema/duplicate", `${host} is taken by ${owner}`)];
  });
}

/** An IP address, alone or with the length of a prefix. */
function isNetwork(text: string): boolean {
  const [address = "", prefix, ...more] = text.split("/");
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address) as 0 | 4 | 6];
  if (bits < 0 || more.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
}
