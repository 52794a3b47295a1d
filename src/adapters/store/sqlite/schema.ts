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
  `
  CREATE TABLE evidence_by_scope (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    environment TEXT NOT NULL,
    deployment TEXT NOT NULL,
    phase TEXT NOT NULL,
    scope TEXT NOT NULL,
    validation TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (deployment, phase, scope, validation, subject)
  );
  INSERT INTO evidence_by_scope SELECT number, environment, deployment, phase, '', validation, subject, body FROM evidence;
  DROP TABLE evidence;
  ALTER TABLE evidence_by_scope RENAME TO evidence;
  CREATE INDEX evidence_by_environment ON evidence (environment);

  CREATE TABLE freeze (environment TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;

  CREATE TABLE pending_order (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    environment TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (environment, id)
  );

  CREATE TABLE order_answer (
    environment TEXT NOT NULL,
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (environment, id)
  ) WITHOUT ROWID;
  CREATE INDEX order_answer_by_age ON order_answer (at);

  CREATE TABLE event (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    told INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX event_untold ON event (number) WHERE told = 0;

  ALTER TABLE deployment ADD COLUMN condemned_by TEXT;

  -- Deployments that are over, counted. The history is pruned, this is not. condemned_by '': nothing condemned them.
  CREATE TABLE tally (
    environment TEXT NOT NULL,
    process TEXT NOT NULL,
    kind TEXT NOT NULL,
    strategy TEXT NOT NULL,
    phase TEXT NOT NULL,
    condemned_by TEXT NOT NULL,
    count INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    PRIMARY KEY (environment, process, kind, strategy, phase, condemned_by)
  ) WITHOUT ROWID;
  INSERT INTO tally
    SELECT environment, process, kind, strategy, phase, '', count(*), sum(ended_at - started_at)
    FROM deployment WHERE ended_at IS NOT NULL GROUP BY environment, process, kind, strategy, phase;

  CREATE TRIGGER deployment_over AFTER UPDATE OF ended_at ON deployment WHEN NEW.ended_at IS NOT NULL
  BEGIN
    INSERT INTO tally (environment, process, kind, strategy, phase, condemned_by, count, duration_ms)
    VALUES (NEW.environment, NEW.process, NEW.kind, NEW.strategy, NEW.phase, coalesce(NEW.condemned_by, ''), 1, NEW.ended_at - NEW.started_at)
    ON CONFLICT DO UPDATE SET count = count + 1, duration_ms = duration_ms + excluded.duration_ms;
  END;

  -- An end that is told anew is taken back first.
  CREATE TRIGGER deployment_over_again BEFORE UPDATE OF ended_at ON deployment WHEN OLD.ended_at IS NOT NULL
  BEGIN
    UPDATE tally SET count = count - 1, duration_ms = duration_ms - (OLD.ended_at - OLD.started_at)
    WHERE environment = OLD.environment AND process = OLD.process AND kind = OLD.kind AND strategy = OLD.strategy
      AND phase = OLD.phase AND condemned_by = coalesce(OLD.condemned_by, '');
  END;
  `,
  `
  -- Environments in which engine and router have answered since the journal began.
  CREATE TABLE answered (environment TEXT PRIMARY KEY) WITHOUT ROWID;
  INSERT INTO answered SELECT DISTINCT environment FROM process_state;
  `,
  `
  -- The reason of a deployment and of each of its steps, for machines.
  ALTER TABLE deployment ADD COLUMN reason_code TEXT NOT NULL DEFAULT 'Unrecorded';
  ALTER TABLE deployment_step ADD COLUMN code TEXT NOT NULL DEFAULT 'Unrecorded';
  `,
  `
  -- One word for one thing: what earlier releases wrote is put into the words of this one. Bodies are JSON as JSON.stringify writes it, so
  -- that a quote within a text is escaped and cannot be taken for a key.
  DROP TRIGGER deployment_over;
  DROP TRIGGER deployment_over_again;
  ALTER TABLE pending_order RENAME TO pending_command;
  ALTER TABLE order_answer RENAME TO command_result;
  ALTER TABLE evidence RENAME TO validation_result;
  ALTER TABLE tally RENAME TO deployment_count;
  ALTER TABLE deployment RENAME COLUMN condemned_by TO rejected_by;
  ALTER TABLE deployment_count RENAME COLUMN condemned_by TO rejected_by;
  CREATE TRIGGER deployment_over AFTER UPDATE OF ended_at ON deployment WHEN NEW.ended_at IS NOT NULL
  BEGIN
    INSERT INTO deployment_count (environment, process, kind, strategy, phase, rejected_by, count, duration_ms)
    VALUES (NEW.environment, NEW.process, NEW.kind, NEW.strategy, NEW.phase, coalesce(NEW.rejected_by, ''), 1, NEW.ended_at - NEW.started_at)
    ON CONFLICT DO UPDATE SET count = count + 1, duration_ms = duration_ms + excluded.duration_ms;
  END;
  CREATE TRIGGER deployment_over_again BEFORE UPDATE OF ended_at ON deployment WHEN OLD.ended_at IS NOT NULL
  BEGIN
    UPDATE deployment_count SET count = count - 1, duration_ms = duration_ms - (OLD.ended_at - OLD.started_at)
    WHERE environment = OLD.environment AND process = OLD.process AND kind = OLD.kind AND strategy = OLD.strategy
      AND phase = OLD.phase AND rejected_by = coalesce(OLD.rejected_by, '');
  END;
  DROP INDEX event_untold;
  ALTER TABLE event RENAME COLUMN told TO dispatched;
  CREATE INDEX event_pending ON event (number) WHERE dispatched = 0;

  CREATE TEMPORARY TABLE word (was TEXT PRIMARY KEY, becomes TEXT NOT NULL);
  INSERT INTO word VALUES
    ('heal', 'self-heal'), ('retire', 'prune'), ('rotating', 'draining-batch'), ('replacing', 'updating'), ('probing', 'verifying'),
    ('returning', 'restoring'), ('confirming', 'post-deployment'), ('watching', 'baking'), ('Watching', 'Baking'),
    ('Confirming', 'PostDeploymentChecks');
  UPDATE deployment SET kind = coalesce((SELECT becomes FROM word WHERE was = kind), kind),
    strategy = coalesce((SELECT becomes FROM word WHERE was = strategy), strategy),
    reason_code = coalesce((SELECT becomes FROM word WHERE was = reason_code), reason_code);
  UPDATE deployment_step SET state = coalesce((SELECT becomes FROM word WHERE was = state), state),
    code = coalesce((SELECT becomes FROM word WHERE was = code), code);
  UPDATE deployment_count SET kind = coalesce((SELECT becomes FROM word WHERE was = kind), kind),
    strategy = coalesce((SELECT becomes FROM word WHERE was = strategy), strategy);
  DROP TABLE word;

  UPDATE process_state SET body = replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(body,
    '"kind":"heal"', '"kind":"self-heal"'), '"kind":"retire"', '"kind":"prune"'),
    '"kind":"rotating"', '"kind":"draining-batch"'), '"kind":"replacing"', '"kind":"updating"'),
    '"kind":"probing"', '"kind":"verifying"'), '"kind":"returning"', '"kind":"restoring"'),
    '"kind":"confirming"', '"kind":"post-deployment"'), '"kind":"watching"', '"kind":"baking"'),
    '"code":"Watching"', '"code":"Baking"'), '"code":"Confirming"', '"code":"PostDeploymentChecks"'),
    '"revert":{"order":{', '"revert":{"request":{');
  UPDATE owed SET action = replace(action, '"order":{', '"request":{'), stuck = replace(stuck, '"order":{', '"request":{');
  UPDATE event SET body = replace(replace(body, '"code":"Watching"', '"code":"Baking"'), '"code":"Confirming"', '"code":"PostDeploymentChecks"');
  UPDATE pending_command SET body = replace(body, '"wish":{', '"spec":{');
  `,
  `
  -- What deployments change, and what was changed by hand. detail: the changes whole, which are read for one of them only.
  CREATE TABLE deployment_changes (
    deployment TEXT PRIMARY KEY REFERENCES deployment (id) ON DELETE CASCADE,
    body TEXT NOT NULL,
    detail TEXT
  ) WITHOUT ROWID;

  CREATE TABLE hand_edit (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    environment TEXT NOT NULL,
    process TEXT NOT NULL,
    version TEXT NOT NULL,
    digest TEXT NOT NULL,
    content TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    undone_at INTEGER,
    deployment TEXT,
    body TEXT NOT NULL,
    detail TEXT
  );
  CREATE INDEX hand_edit_by_process ON hand_edit (environment, process, number);
  CREATE INDEX hand_edit_by_deployment ON hand_edit (deployment);
  `,
  `
  -- What was foreseen of deployments when they were opened, read for one of them only.
  CREATE TABLE deployment_plan (
    deployment TEXT PRIMARY KEY REFERENCES deployment (id) ON DELETE CASCADE,
    body TEXT NOT NULL
  ) WITHOUT ROWID;
  `,
];
