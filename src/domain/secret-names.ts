/** What is a secret by its name, or by the form that it has in a text: neither is shown, logged or kept. */

const secretName = /^(?:.*[_-])?(?:password|passwd|passphrase|secret|token|credential|apikey|privatekey)$/;

/** `password`, `clientSecret`, `API_KEY`, `DB_PASSWORD`, … */
export function isSecretName(name: string): boolean {
  if (name.length > 100 || !/pass|secret|token|key|cred/i.test(name)) return false;
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
  return secretName.test(words.replaceAll(/(api|private)[_-]key$/g, "$1key"));
}

/** `${NAME}` as a whole value names a variable and is no secret itself. */
export function isReference(text: string): boolean {
  return /^\$\{[^}]{1,200}\}$/.test(text.trim());
}

/** A setting, a variable or a member of an object that is given a text: `password = "…"`, `"api_key": '…'`. */
const assigned =
  /((?:pass(?:word|wd|phrase)?|secret|token|api[-_]?key|private[-_]?key|authorization|credentials?)["'\]]{0,2}\s{0,5}[:=]\s{0,5})(["'`])((?:(?!\2)[^\\\n]|\\.){1,500})\2/gi;
const scheme = /\b(Bearer|Basic)\s{1,3}[A-Za-z0-9+/=._~-]{8,500}/gi;
const inUrl = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@"'`]{0,200}:)([^\s/@"'`]{1,500})@/gi;
/** As those who give them out mark theirs: Stripe, GitHub, GitLab, Slack, AWS, Google; and private keys. */
const marked =
  /\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{8,200}|\bgh[pousr]_[A-Za-z0-9]{16,255}|\bglpat-[\w-]{16,200}|\bxox[abprs]-[\w-]{8,200}|\bAKIA[A-Z0-9]{16}\b|\bAIza[\w-]{30,60}/g;
const privateKey = /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{0,20000}?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|$)/g;
/** Shorter ones stand in every text. */
const shortestSecret = 4;

/** The text with `hidden` in place of everything that looks like a secret, or is one of these values. */
export function hideSecrets(text: string, secrets: Readonly<Record<string, string>>, hidden: string): string {
  const known = Object.values(secrets)
    .filter(({ length }) => length >= shortestSecret)
    .toSorted((one, other) => other.length - one.length);
  return known
    .reduce((shown, secret) => shown.replaceAll(secret, () => hidden), text)
    .replaceAll(privateKey, () => hidden)
    .replaceAll(inUrl, (whole, start: string, password: string) => (isReference(password) ? whole : `${start}${hidden}@`))
    .replaceAll(assigned, (whole, start: string, quote: string, value: string) =>
      isReference(value) ? whole : `${start}${quote}${hidden}${quote}`,
    )
    .replaceAll(scheme, (_whole, name: string) => `${name} ${hidden}`)
    .replaceAll(marked, () => hidden);
}
