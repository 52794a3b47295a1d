/** Whether a remote may be asked through a proxy. Which hosts are excepted, and how, only curl knows: then git is asked. */

type Inherited = Readonly<Record<string, string | undefined>>;

/** Upper-case HTTP_PROXY does not count: curl ignores it too. */
export function hasProxy(remote: string, inherited: Inherited): boolean {
  const names = remote.startsWith("https:") ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy"];
  return [...names, "all_proxy", "ALL_PROXY"].some((name) => (inherited[name] ?? "") !== "");
}
