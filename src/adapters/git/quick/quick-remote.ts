/** The few words of git's protocol that one small commit needs, spoken over a kept-alive connection and without any child process. */

import type { CommitId } from "../../../domain/names.ts";
import { askHttp } from "../ask-http.ts";
import type { GitHttpClient } from "../git-http-client.ts";
import { readPack, writePack } from "./pack.ts";
import type { GitObject, PackedObjects } from "./pack.ts";
import { delimiterLine, firstBand, flushLine, pktLine, readPktLines } from "./pkt-line.ts";

export interface QuickRemote {
  /** Null when there is no such branch. */
  find(branch: string): Promise<CommitId | null>;
  /** All objects that `want` has and `have` has not. */
  fetch(want: CommitId, have: CommitId): Promise<PackedObjects>;
  /** Moves a branch from one commit to another, unless it is somewhere else. `refused` says why it was not moved. */
  push(update: QuickUpdate): Promise<{ readonly refused: string | null }>;
  close(): Promise<void>;
}

export interface QuickUpdate {
  readonly branch: string;
  readonly from: CommitId;
  readonly to: CommitId;
  readonly objects: Iterable<GitObject>;
}

const agent = "agent=git/pinion";

/** Whatever is out of the ordinary is an Error: the git program then says what it means. */
export function createQuickRemote(http: GitHttpClient, url: string): QuickRemote {
  async function post(service: string, body: readonly Uint8Array[], headers: Readonly<Record<string, string>> = {}): Promise<Uint8Array> {
    const response = await http.request({
      url: `${url}/${service}`,
      method: "POST",
      headers: { "content-type": `application/x-${service}-request`, accept: `application/x-${service}-result`, ...headers },
      body: [Buffer.concat(body)] as unknown as AsyncIterableIterator<Uint8Array>,
    });
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body ?? []) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  return {
    find: (branch) => askHttp(http, url, branch),
    close: () => http.close(),
    fetch: async (want, have) => {
      const asked = ["ofs-delta", "no-progress", `want ${want}`, `have ${have}`, "done"].map((line) => pktLine(`${line}\n`));
      const body = [pktLine("command=fetch\n"), pktLine(`${agent}\n`), delimiterLine, ...asked, flushLine];
      const lines = readPktLines(await post("git-upload-pack", body, { "git-protocol": "version=2" }));
      const start = lines.findIndex((line) => line.kind === "data" && Buffer.from(line.bytes).toString().trimEnd() === "packfile");
      if (start < 0) throw new Error("the server sent no pack");
      return readPack(firstBand(lines.slice(start + 1)));
    },
    push: async ({ branch, from, to, objects }) => {
      const ref = `refs/heads/${branch}`;
      const command = pktLine(`${from} ${to} ${ref}\0 report-status side-band-64k ${agent}`);
      const answer = await post("git-receive-pack", [command, flushLine, writePack(objects)]);
      return { refused: judgeReport(firstBand(readPktLines(answer)), ref) };
    },
  };
}

/** Null only when the server says in so many words that it has the objects and has moved the branch. */
function judgeReport(report: Buffer, ref: string): string | null {
  const lines = readPktLines(report).flatMap((line) => (line.kind === "data" ? [Buffer.from(line.bytes).toString().trimEnd()] : []));
  if (lines.includes("unpack ok") && lines.includes(`ok ${ref}`)) return null;
  const refused = lines.find((line) => line.startsWith(`ng ${ref}`));
  if (refused === undefined) throw new Error(`the server does not say what became of the push: ${lines.join("; ")}`);
  return refused.slice(`ng ${ref} `.length);
}
