/** Who writes commits, who is told what happens, and from which figures on somebody should look: those parts of pinion.yaml. */

import type { AlertThreshold, CommitIdentity, NotificationConfig, SigningConfig } from "../../../domain/config/config.ts";
import type { Finding } from "../../../domain/finding.ts";
import type { AlertThresholdItem, IdentitySection, NotificationItem, SigningSection } from "../../../generated/pinion.ts";
import type { ThresholdUnit } from "../../../domain/analysis/thresholds.ts";
import { readThreshold, shareFindings, thresholdForms } from "../environment/amounts.ts";
import type { Say } from "../document/findings.ts";
import { toSecretReference } from "../environment/secret-reference.ts";

/** Commits of rollbacks are Pinion's unless the operator says otherwise. */
export const defaultIdentity: IdentitySection = { name: "Pinion", email: "pinion@localhost" };

export function toIdentity({ name, email }: IdentitySection = defaultIdentity): CommitIdentity {
  return { name, email };
}

/** The schema has checked that it is one of the two. */
export function toSigning(section: SigningSection | undefined): SigningConfig | null {
  if (section?.ssh !== undefined) return { kind: "ssh", keyFile: section.ssh.keyFile };
  if (section?.openpgp === undefined) return null;
  const { keyId, home = null, passphraseFile = null } = section.openpgp;
  return { kind: "openpgp", keyId, home, passphraseFile };
}

/** Logs and metrics tell receivers by their names. */
export function notificationFindings(items: readonly NotificationItem[], say: Say): readonly Finding[] {
  const names = items.map(({ name }) => name);
  return items.flatMap(({ name, url }, index) => {
    const at = `/notifications/${index}`;
    const isTwice = names.indexOf(name) !== index;
    const isAddress = typeof url !== "string" || URL.canParse(url);
    return [
      ...(isTwice ? [say(`${at}/name`, "config/unknown-value", `two receivers are called ${name}`, "Give one of them another name.")] : []),
      ...(isAddress
        ? []
        : [say(`${at}/url`, "config/invalid-url", "this is not an address", "Such as https://events.example.com/pinion.")]),
    ];
  });
}

export function toNotification({ name, type, url, token, events, environments }: NotificationItem): NotificationConfig {
  return {
    name,
    type,
    url: typeof url === "string" ? url : toSecretReference(url),
    token: token === undefined ? null : toSecretReference(token),
    events: events ?? null,
    environments: environments ?? null,
  };
}

/** What is no share, or for a duration no time. */
export function alertFindings(items: readonly AlertThresholdItem[], pointer: string, say: Say): readonly Finding[] {
  return items.flatMap((item, index) => {
    const at = `${pointer}/${index}/threshold`;
    const unit = unitOf(item);
    const ambiguous = unit === "percent" ? shareFindings(item.threshold, at, say) : [];
    if (ambiguous.length > 0) return ambiguous;
    const read = readThreshold(item.threshold, unit);
    if (read !== null && read.comparison === null) return [];
    return [say(at, "environment/threshold", `${item.threshold} is no threshold of ${item.metric}: ${thresholdForms[unit]} is needed`)];
  });
}

export function toAlert(item: AlertThresholdItem): AlertThreshold {
  return { metric: item.metric, threshold: readThreshold(item.threshold, unitOf(item))?.value ?? 0 };
}

function unitOf({ metric }: AlertThresholdItem): ThresholdUnit {
  return metric === "deployment_duration" ? "time" : "percent";
}
