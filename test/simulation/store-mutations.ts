/** What is written as rows and read back, broken on purpose: see `mutations.ts`. */

import type { Mutation } from "./mutations.ts";

export const storeMutations: readonly Mutation[] = [
  {
    what: "an action that is done stays owed on the disk",
    file: "src/adapters/store/sqlite/write-state.ts",
    find: "for (const id of ids) settle.run(environment, id);",
    put: "if (ids.length === 1) for (const id of ids) settle.run(environment, id);",
  },
  {
    what: "a refusal is not on the disk",
    file: "src/adapters/store/sqlite/write-state.ts",
    find: "refuse.run(JSON.stringify(stuck), notBefore, environment, id)",
    put: "refuse.run(null, notBefore, environment, id)",
  },
  {
    what: "what became of a revert is not on the disk",
    file: "src/adapters/store/sqlite/changes.ts",
    find: "if (row) rows.writeRows(request.environment, [row]);",
    put: `if (row && request.deployment === "") rows.writeRows(request.environment, [row]);`,
  },
  {
    what: "ids of owed actions are given again after a restart",
    file: "src/adapters/store/sqlite/changes.ts",
    find: "SELECT seq FROM sqlite_sequence WHERE name = 'owed'",
    put: "SELECT coalesce(max(id), 0) FROM owed",
  },
  {
    what: "evidence of what is under way is not read back",
    file: "src/adapters/store/sqlite/load.ts",
    find: "AND d.ended_at IS NULL`",
    put: "AND d.ended_at IS NOT NULL`",
  },
  {
    what: "a quarantine is empty once it was read back",
    file: "src/adapters/store/codec/older-releases.ts",
    find: '"takenOutAt" in value ? value : completed(value)',
    put: "{ ...completed(value), quarantined: [] }",
  },
  {
    what: "memory goes on though the transaction has failed",
    file: "src/adapters/store/sqlite/journal.ts",
    find: "for (const { environment, apply } of all) made.set(environment, apply(made.get(environment) ?? loaded(states, environment)));",
    put: "for (const { environment, apply } of all) {\n          made.set(environment, apply(made.get(environment) ?? loaded(states, environment)));\n          states.set(environment, made.get(environment) as EnvironmentState);\n        }",
  },
  {
    what: "an answered order waits on the disk",
    file: "src/adapters/store/sqlite/commands.ts",
    find: `      settle.run(environment, result.id);
`,
    put: `      if (result.kind === "refused") settle.run(environment, result.id);
`,
  },
  {
    what: "a lifted freeze stays on the disk",
    file: "src/adapters/store/sqlite/commands.ts",
    find: "else if (line) lift.run(environment);",
    put: 'else if (line) lift.run("");',
  },
  {
    what: "events are lost when a deployment has moved too",
    file: "src/adapters/store/sqlite/changes.ts",
    find: "  outbox.add(decision.events);",
    put: "  if (deployments.length === 0) outbox.add(decision.events);",
  },
  {
    what: "delivered events are delivered again after a restart",
    file: "src/adapters/store/sqlite/outbox.ts",
    find: "UPDATE event SET dispatched = 1, body = '' WHERE id = ?",
    put: "UPDATE event SET dispatched = 0 WHERE id = ?",
  },
  {
    what: "older owed actions stay on the disk",
    file: "src/adapters/store/sqlite/write-state.ts",
    find: "for (const process of processes) drop.run(environment, process);",
    put: "for (const process of processes) if (owed.length > 0) drop.run(environment, process);",
  },
  {
    what: "owed actions are read back in the order of their ids",
    file: "src/adapters/store/sqlite/load.ts",
    find: "return owed.toSorted((a, b) => a.position - b.position).map(",
    put: "return owed.map(",
  },
  {
    what: "a proposed revert cannot be read back",
    file: "src/schemas/values.ts",
    find: 'kind: Type.Literal("proposed"), branch: text, commit: text, why: text',
    put: 'kind: Type.Literal("proposed"), branch: text, sha: text, why: text',
  },
  {
    what: "a revert that somebody was told of cannot be read back",
    file: "src/schemas/journal.ts",
    find: 'told: Type.Optional(oneOf(["owed", "proposed"])),',
    put: 'told: Type.Optional(oneOf(["no"] as never)),',
  },
  {
    what: "a person's revert cannot be read back",
    file: "src/schemas/values.ts",
    find: "by: nullable(person),",
    put: "by: Type.Null() as never,",
  },
  {
    what: "a process that is forgotten keeps its row",
    file: "src/adapters/store/sqlite/write-state.ts",
    find: "for (const process of processes) forget.run(environment, process);",
    put: "for (const process of processes) forget.run(process, environment);",
  },
  {
    what: "a pause without a time cannot be read back",
    file: "src/schemas/rollout.ts",
    find: 'kind: kind("pause"), durationMs: nullable(number)',
    put: 'kind: kind("pause"), durationMs: number as never',
  },
  {
    what: "a rolling strategy cannot be read back",
    file: "src/schemas/rollout.ts",
    find: "batchSize: number,",
    put: "batchSize: text as never,",
  },
  {
    what: "a measure against the old version cannot be read back",
    file: "src/schemas/rollout.ts",
    find: 'kind: kind("stable"), maxIncreasePercent: number',
    put: 'kind: kind("stable"), maxIncreasePercent: text as never',
  },
  {
    what: "a paused rollout cannot be read back",
    file: "src/schemas/rollout.ts",
    find: "paused: nullable(pause(number)),",
    put: "paused: nullable(pause(text)) as never,",
  },
  {
    what: "a batch that comes out of rotation cannot be read back",
    file: "src/schemas/rollout.ts",
    find: 'kind: kind("draining-batch"), ...batch',
    put: 'kind: kind("draining-batch"), ...batch, since: text as never',
  },
  {
    what: "a full promotion cannot be read back",
    file: "src/schemas/journal.ts",
    find: 'kind: kind("promote"), process: text, isFull: Type.Boolean()',
    put: 'kind: kind("promote"), process: text, isFull: text as never',
  },
  {
    what: "a deployment's outcome is written once only",
    file: "src/adapters/store/sqlite/write-history.ts",
    find: "rejected_by = coalesce(?, rejected_by) WHERE id = ?",
    put: "rejected_by = coalesce(?, rejected_by) WHERE id = ? AND ended_at IS NOT NULL",
  },
  {
    what: "a deployment forgets what rejected it",
    file: "src/adapters/store/sqlite/write-history.ts",
    find: "rejected_by = coalesce(?, rejected_by)",
    put: "rejected_by = ?",
  },
  {
    what: "history is pruned too far",
    file: "src/adapters/store/sqlite/write-history.ts",
    find: "LIMIT 1 OFFSET ?",
    put: "LIMIT 1 OFFSET ? - 1",
  },
  {
    what: "history is not pruned",
    file: "src/adapters/store/sqlite/changes.ts",
    find: "history.pruneHistory(keepDeployments)",
    put: "history.pruneHistory(keepDeployments * 10)",
  },
  {
    what: "what a revert became is not in the story",
    file: "src/adapters/store/sqlite/changes.ts",
    find: "if (request.deployment !== null) history.addToTimeline(request.deployment, step);",
    put: "",
  },
  {
    what: "a refused command waits for ever",
    file: "src/domain/journal/remembered.ts",
    find: "const answered = new Set(results.map((result) => result.id));",
    put: `const answered = new Set(results.filter((result) => result.kind === "done").map((result) => result.id));`,
  },
  {
    what: "unfreezing is not recorded",
    file: "src/domain/journal/remembered.ts",
    find: "freeze: decision.freezing ? decision.freezing.freeze : state.freeze",
    put: "freeze: decision.freezing?.freeze ?? state.freeze",
  },
];
