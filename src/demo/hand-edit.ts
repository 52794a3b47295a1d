/** Plays somebody who opens the engine and changes a flow by hand, past git and past review. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export interface HandEdit {
  /** Whether the engine still has it. */
  isStillThere(): Promise<boolean>;
}

interface Flow {
  readonly id: string;
  readonly type: string;
  readonly label?: string;
  readonly z?: string;
  name?: string;
}

interface Flows {
  readonly flows: Flow[];
  readonly rev: string;
}

const mark = "edited by hand";

/** Renames a node of a process's running flow, through the engine's own admin API. @throws Error when there is none. */
export async function editByHand(stateDirectory: string, environment: string, process: string): Promise<HandEdit> {
  const admin = await adminOf(stateDirectory, environment);
  const { flows, rev } = await readFlows(admin);
  const tab = flows.find((flow) => flow.type === "tab" && flow.label?.includes(process));
  const node = flows.find((flow) => flow.z !== undefined && flow.z === tab?.id && flow.type === "function");
  if (!node) throw new Error(`the engine of ${environment} has no flow of ${process} to edit`);
  node.name = mark;
  await writeFlows(admin, { flows, rev });
  return { isStillThere: async () => (await readFlows(admin)).flows.some((flow) => flow.name === mark) };
}

interface Admin {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The first instance; its token is readable by its owner only. */
async function adminOf(stateDirectory: string, environment: string): Promise<Admin> {
  const directory = join(stateDirectory, "engines", environment);
  const [instance] = (await readdir(directory)).sort();
  const { port, token } = JSON.parse(await readFile(join(directory, instance ?? "", "instance.json"), "utf8")) as {
    readonly port: number;
    readonly token: string;
  };
  return {
    url: `http://127.0.0.1:${port}/__admin`,
    headers: { authorization: `Bearer ${token}`, "node-red-api-version": "v2", "content-type": "application/json" },
  };
}

async function readFlows({ url, headers }: Admin): Promise<Flows> {
  const answer = await fetch(`${url}/flows`, { headers });
  if (!answer.ok) throw new Error(`the engine answered ${answer.status}`);
  return (await answer.json()) as Flows;
}

async function writeFlows({ url, headers }: Admin, flows: Flows): Promise<void> {
  const answer = await fetch(`${url}/flows`, {
    method: "POST",
    headers: { ...headers, "node-red-deployment-type": "nodes" },
    body: JSON.stringify(flows),
  });
  if (!answer.ok) throw new Error(`the engine refused the edit: ${answer.status}`);
}
