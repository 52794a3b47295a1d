/** Makes docs/reasons.md from the list of reasons, so that the page and the program cannot drift apart. */

import { reasonCatalogue } from "../src/domain/journal/reason.ts";

const head = `# Reasons

Everything that \`pinion status\`, \`pinion history\` and the API show has a reason: a code for machines and a text for people. In JSON it is
\`{"code": "…", "text": "…"}\`. It has an \`about\` where the reason is about something with a name: the code of a finding, another process, or a version.
Each step of a deployment has a code and a text, too. Compare codes, never texts: texts can change with each release, codes do not.

The last column is the event that is sent when a process is not as pinned for this reason.

| code | meaning | what to do | event |
|---|---|---|---|
`;

/** The whole page. */
export function renderReasonsPage(): string {
  const rows = Object.entries(reasonCatalogue).map(
    ([code, { meaning, toDo, event }]) => `| \`${code}\` | ${meaning} | ${toDo ?? ""} | ${event === null ? "" : `\`${event}\``} |`,
  );
  return `${head}${rows.join("\n")}\n`;
}
