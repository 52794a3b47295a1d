/** The tables of the journal, as numbered migrations. */

import type { Migrations } from "./database.ts";

export const journalMigrations: Migrations = [
  `
  CREATE TABLE process_state (
    environment TEXT NOT NULL,
    process TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (environment, process)
  ) WITHOUT ROWID;

  CREATE TABLE owed (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    environment TEXT NOT NULL,
    process TEXT NOT NULL,
    position INTEGER NOT NULL,
    action TEXT NOT NULL,
    not_before INTEGER NOT NULL,
    stuck TEXT
  );
  CREATE INDEX owed_by_process ON owed (environment, process);
  CREATE INDEX owed_by_position ON owed (position);

  CREATE TABLE deployment (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    environment TEXT NOT NULL,
    process TEXT NOT NULL,
    kind TEXT NOT NULL,
    version TEXT,
    digest TEXT,
    from_version TEXT,
    strategy TEXT NOT NULL,
    commit_id TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    phase TEXT NOT NULL,
    reason TEXT NOT NULL
  );
  CREATE INDEX deployment_by_environment ON deployment (environment, sequence);
  CREATE INDEX deployment_by_process ON deployment (process, sequence);

  CREATE TABLE deployment_step (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    deployment TEXT NOT NULL REFERENCES deployment (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    state TEXT NOT NULL,
    why TEXT NOT NULL
  );
  CREATE INDEX step_by_deployment ON deployment_step (deployment, number);

  CREATE TABLE evidence (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    environment TEXT NOT NULL,
    deployment TEXT NOT NULL,
    phase TEXT NOT NULL,
    validation TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (deployment, phase, validation, subject)
  );
  CREATE INDEX evidence_by_environment ON evidence (environment);

  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  `,
];
