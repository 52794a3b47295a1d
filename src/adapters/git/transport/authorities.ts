/** Which certificate authorities are trusted: the same ones by the poll in process and by the git program, whichever variable names them. */

import { existsSync, readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";
import { PinionError } from "../../../domain/errors.ts";
import { writeDurablySync } from "../../../platform/durable-file.ts";

type Inherited = Readonly<Record<string, string | undefined>>;

export interface Authorities {
  /** Certificates in PEM, one after the other. */
  readonly pem: string;
  /** The same in a file, for git. */
  readonly file: string;
}

/** Where Debian, Red Hat, Alpine and SUSE keep what the machine trusts. */
const bundles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem", "/etc/ssl/ca-bundle.pem"];

/**
 * GIT_SSL_CAINFO stands for what the machine trusts, as it does for git, and so does SSL_CERT_FILE; NODE_EXTRA_CA_CERTS comes on top. Read again each
 * time. `directory`: the mirror; a file for git is put beside it. @throws `git/unreachable` for a file that cannot be read.
 */
export function authoritiesFor(inherited: Inherited, directory: string): Authorities {
  const base = given(inherited, "GIT_SSL_CAINFO") ?? given(inherited, "SSL_CERT_FILE") ?? machineBundle();
  const extra = given(inherited, "NODE_EXTRA_CA_CERTS");
  if (base !== null && extra === null) return { pem: read(base), file: base.path };
  const pem = `${base === null ? rootCertificates.join("\n") : read(base)}\n${extra === null ? "" : read(extra)}`;
  const file = `${directory}.authorities.pem`;
  if (!existsSync(file) || readFileSync(file, "utf8") !== pem) writeDurablySync(file, pem, 0o644);
  return { pem, file };
}

function machineBundle(): Given | null {
  const path = bundles.find((bundle) => existsSync(bundle));
  return path === undefined ? null : { name: "the machine's", path };
}

interface Given {
  readonly name: string;
  readonly path: string;
}

function given(inherited: Inherited, name: string): Given | null {
  const path = inherited[name] ?? "";
  return path === "" ? null : { name, path };
}

function read({ name, path }: Given): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new PinionError("git/unreachable", `the certificate authorities in ${path} (${name}) cannot be read`, { cause: error });
  }
}
