/** State databases that are damaged, or grew where they should not: each row of 5 MB, or 100,000 rows. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { openStore } from "../src/adapters/store/sqlite/store.ts";
import type { Store } from "../src/ports/store.ts";
import { event, opening, command, result, row, decision } from "../test/support/journal-values.ts";
import { createKeptLog } from "../test/support/log.ts";
import type { Attack, HostileCase } from "./hostile-case.ts";

const size = 5 * 1024 * 1024 - 100;
const fill = (piece: string, bytes = size): string => piece.repeat(Math.floor(bytes / piece.length));
const environment = "production";

type Values = readonly (string | number | null)[];
interface Rows {
  readonly statement: string;
  readonly rows: Iterable<Values>;
}

/** Everything that a controller reads of its journal when it starts, and a person's questions. */
async function readAll(store: Store): Promise<string> {
  const { journal } = store;
  const environments = store.environments();
  const state = await journal.state(environment);
  const events = await journal.pendingEvents(200);
  const [deploymentCounts, history] = [await journal.deploymentCounts(), await journal.history({ limit: 50 })];
  await journal.record(decision(environment, { processes: [row("new")] }));
  const evidence = [...state.validationResults.values()].flat().length;
  const counts = {
    environments,
    processes: state.processes,
    owed: state.owed,
    commands: state.commands,
    events,
    deploymentCounts,
    history,
  };
  const told = Object.entries(counts).map(([name, list]) => `${"size" in list ? list.size : list.length} ${name}`);
  return `${[...told, `${evidence} results`].join(", ")}; ${history[0]?.steps.length ?? 0} steps`;
}

async function reading(tables: readonly Rows[]): Promise<Attack> {
  const directory = mkdtempSync(join(tmpdir(), "pinion-hostile-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  const log = createKeptLog();
  const first = openStore({ directory, log });
  await first.journal.record(decision(environment, { processes: [row("a")], deployments: [opening(environment, "a", "d")] }));
  first.close();
  const connection = new Database(join(directory, "journal.db"));
  connection.exec("BEGIN");
  for (const { statement, rows } of tables) {
    const put = connection.prepare(statement);
    for (const values of rows) put.run(...values);
  }
  connection.exec("COMMIT");
  connection.close();
  return async () => {
    const store = openStore({ directory, log });
    const outcome = await readAll(store);
    store.close();
    return outcome;
  };
}

function* many(make: (index: number) => Values, count = 100_000): Iterable<Values> {
  for (let index = 0; index < count; index++) yield make(index);
}

const processes = "INSERT INTO process_state (environment, process, body) VALUES ('production', ?, ?)";
const owed = "INSERT INTO owed (environment, process, position, action, not_before, stuck) VALUES ('production', ?, ?, ?, 0, NULL)";
const orders = "INSERT INTO pending_command (environment, id, body) VALUES ('production', ?, ?)";
const events = "INSERT INTO event (id, body) VALUES (?, ?)";
const results =
  "INSERT INTO validation_result (environment, deployment, phase, scope, validation, subject, body) VALUES ('production', 'd', 'during', '', 'smoke_test', ?, ?)";
const steps = "INSERT INTO deployment_step (deployment, at, state, why) VALUES ('d', 1, 'installing', ?)";
const tallies =
  "INSERT INTO deployment_count (environment, process, kind, strategy, phase, rejected_by, count, duration_ms) VALUES ('production', ?, 'deploy', 'canary', 'Succeeded', '', 1, 1)";
const freezes = "INSERT INTO freeze (environment, body) VALUES ('production', ?)";

const body = (process: string, more = ""): string => JSON.stringify(row(process)).replace(/\}$/, `${more}}`);
const one = (statement: string, values: Values): readonly Rows[] => [{ statement, rows: [values] }];

const lists = `[${fill("[],")}1]`;
const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
const keys = `{${Array.from({ length: 300_000 }, (_, index) => `"k${index}":1,`).join("")}"z":1}`;

const cases: Readonly<Record<string, () => readonly Rows[]>> = {
  "a process with 5 MB of lists": () => one(processes, ["b", body("b", `,"x":${lists}`)]),
  "a process that is 5 MB of lists": () => one(processes, ["b", lists]),
  "a process of lists in lists": () => one(processes, ["b", body("b", `,"x":${deep}`)]),
  "a process of 300,000 keys": () => one(processes, ["b", body("b", `,"x":${keys}`)]),
  "a process of 5 MB of text": () =>
    one(processes, ["b", JSON.stringify({ ...row("b"), refused: { ...row("b").refused, why: fill("x") } })]),
  "a process of 5 MB of nothing": () => one(processes, ["b", fill(" ")]),
  "a process known good 40,000 times": () =>
    one(processes, ["b", JSON.stringify({ ...row("b"), knownGood: Array.from({ length: 40_000 }, () => row("b").knownGood[0]) })]),
  "5 MB of processes": () => [{ statement: processes, rows: many((index) => [`b${index}`, body(`b${index}`)], 7000) }],
  "100,000 processes that nobody can read": () => [{ statement: processes, rows: many((index) => [`b${index}`, "{"]) }],
  "100,000 environments": () => [{ statement: processes.replace("'production'", "?"), rows: many((index) => [`e${index}`, "b", "{}"]) }],
  "100,000 owed actions that nobody can read": () => [{ statement: owed, rows: many((index) => ["b", index, "{"]) }],
  "100,000 owed actions": () => [
    { statement: owed, rows: many((index) => ["b", index, '{"kind":"ensure-armed","process":"b","digest":null}']) },
  ],
  "an owed action of 5 MB": () => one(owed, ["b", 1, `{"kind":"ensure-armed","process":"b","digest":null,"x":${lists}}`]),
  "100,000 orders": () => [{ statement: orders, rows: many((index) => [`o${index}`, JSON.stringify(command(`o${index}`))], 20_000) }],
  "an order of 5 MB": () => one(orders, ["o", JSON.stringify({ ...command("o"), why: fill("x") })]),
  "100,000 events": () => [{ statement: events, rows: many((index) => [`v${index}`, JSON.stringify(event(`v${index}`))]) }],
  "100,000 events that nobody can read": () => [{ statement: events, rows: many((index) => [`v${index}`, "{"]) }],
  "an event of 5 MB": () => one(events, ["v", `[${fill("[],")}1]`]),
  "100,000 results of validations": () => [
    { statement: results, rows: many((index) => [`s${index}`, JSON.stringify(result(`s${index}`))]) },
  ],
  "a result of 5 MB": () => one(results, ["s", JSON.stringify({ ...result("s"), detail: fill("x") })]),
  "100,000 sums": () => [{ statement: tallies, rows: many((index) => [`p${index}`]) }],
  "100,000 steps": () => [{ statement: steps, rows: many(() => ["it goes on"]) }],
  "a step of 5 MB": () => one(steps, [fill("x")]),
  "a freeze of 5 MB": () => one(freezes, [`{"x":${lists}}`]),
};

export const journals: readonly HostileCase[] = Object.entries(cases).map(([name, rows]) => ({
  name: `journal: ${name}`,
  prepare: () => reading(rows()),
}));
