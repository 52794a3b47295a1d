/** Takes secrets out of whatever is about to be shown. */

export type Redact = (text: string) => string;

const credentialsInUrl = /(\b[a-z][a-z0-9+.-]*:\/\/)[^/\s@]*@/gi;

/** Hides each of these texts, their URL-encoded forms, and the user part of any URL. */
export function createRedact(secrets: readonly string[]): Redact {
  const forms = secrets.flatMap((secret) => [secret, encodeURIComponent(secret), encodeURI(secret)]);
  const hidden = [...new Set(forms)].filter((form) => form !== "").toSorted((a, b) => b.length - a.length);
  return (text) => {
    const withoutSecrets = hidden.reduce((shown, secret) => shown.replaceAll(secret, "***"), text);
    return withoutSecrets.replaceAll(credentialsInUrl, "$1***@");
  };
}
