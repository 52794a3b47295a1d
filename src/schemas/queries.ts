/** What may be asked of the API in an address. Numbers come in as text. */

import { type Static, Type } from "typebox";
import { oneOf } from "./shapes.ts";
import { deploymentPhase, health, syncStatus } from "./values.ts";

const exactly = { additionalProperties: false };
const named = Type.String({ minLength: 1, maxLength: 200, description: "1 to 200 characters" });
const name = Type.Optional(named);

export const statusQuery = Type.Object({ environment: name, process: name }, exactly);

const limit = Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: "a whole number from 1 to 1000" }));

export const whyQuery = Type.Object({ environment: named, process: named }, exactly);

export const liveQuery = Type.Object({ environment: named, process: named }, exactly);

const cursor = Type.Optional(Type.String({ minLength: 1, maxLength: 2000, description: "what `next` of the page before says" }));

/** `q`: a part of the process's name, the version, the commit or the reason. `cursor`: what `next` of the page before said. */
export const historyQuery = Type.Object(
  { environment: name, process: name, phase: Type.Optional(deploymentPhase), q: name, cursor, limit },
  exactly,
);

/** `q`: a part of the process's name, its version or its reason. */
export const processesQuery = Type.Object(
  {
    environment: name,
    process: name,
    phase: Type.Optional(deploymentPhase),
    health: Type.Optional(health),
    sync: Type.Optional(syncStatus),
    q: name,
    sort: Type.Optional(oneOf(["environment", "process", "health", "since"])),
    cursor,
    limit,
  },
  exactly,
);

export const summaryQuery = Type.Object({ environment: name }, exactly);

export type HistoryQuery = Static<typeof historyQuery>;
export type ProcessesQuery = Static<typeof processesQuery>;
