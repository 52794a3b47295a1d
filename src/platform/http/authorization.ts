/** Credentials as headers: made of what was just looked up, and found again so that they are never shown. */

/** A line break at the end, as files and variables have it, would be no header any more. */
function oneLine(secret: string): string {
  return secret.replace(/[\r\n]+$/, "");
}

export function bearer(token: string): Readonly<Record<"authorization", string>> {
  return { authorization: `Bearer ${oneLine(token)}` };
}

export function basic(username: string, password: string): Readonly<Record<"authorization", string>> {
  return { authorization: `Basic ${Buffer.from(`${username}:${oneLine(password)}`).toString("base64")}` };
}

/** What a request's headers tell nobody else: token, or name and password, as sent and in clear. */
export function credentialsIn(headers: Readonly<Record<string, string>> = {}): readonly string[] {
  const sent = headers["authorization"] ?? "";
  const [scheme = "", value = ""] = sent.split(" ", 2);
  if (scheme !== "Basic") return [value].filter((text) => text !== "");
  const clear = Buffer.from(value, "base64").toString("utf8");
  return [value, clear, clear.slice(clear.indexOf(":") + 1)].filter((text) => text !== "");
}
