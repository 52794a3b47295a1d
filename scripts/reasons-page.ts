/** Makes docs/reasons.md from the list of reasons, so that the page and the program cannot drift apart. */

import { reasonCatalogue } from "../src/domain/journal/reason.ts";

const head = `# Reasons

Everything that \`pinion status\`, \`history\` and the API show has a reason: a code for machines, and a text for people. In JSON it is
\`{"code": "…", "text": "…"}\`, and \`about\` where it is about something that has a name: a finding's code, another process, a version. Steps of
a deployment have the code beside their text. Compare codes, never texts: texts get better from release to release, codes stay.

The last column is the event that is sent when a process is not as pinned for that reason.

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
