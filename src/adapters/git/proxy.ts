/** Which proxy a remote is asked through: the same one that the git program would take from the environment. */

type Inherited = Readonly<Record<string, string | undefined>>;

export interface Proxy {
  readonly url: string;
  /** Hosts that are asked directly, as `no_proxy` lists them. */
  readonly except: string;
  /** Whether it can be used without the git program. */
  readonly isHttp: boolean;
}

/** Null when the remote is asked directly. Upper-case HTTP_PROXY does not count: curl ignores it too. */
export function proxyFor(remote: string, inherited: Inherited): Proxy | null {
  const names = remote.startsWith("https:") ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy"];
  const url = firstSet(inherited, [...names, "all_proxy", "ALL_PROXY"]);
  if (url === null) return null;
  const isBare = !url.includes("://");
  return {
    url: isBare ? `http://${url}` : url,
    except: firstSet(inherited, ["no_proxy", "NO_PROXY"]) ?? "",
    isHttp: isBare || /^https?:/i.test(url),
  };
}

function firstSet(inherited: Inherited, names: readonly string[]): string | null {
  return names.map((name) => inherited[name] ?? "").find((value) => value !== "") ?? null;
}
