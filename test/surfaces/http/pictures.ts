/** What a controller might answer: an overview and a deployment with everything in them. */

import type { Overview, RepositoryStatus } from "../../../src/controller/queries.ts";
import type { Deployment } from "../../../src/domain/state.ts";
import type { ProcessStatus } from "../../../src/domain/status.ts";

export const noon = Date.UTC(2026, 10, 21, 12, 0, 0);
const minute = 60_000;

export const repository: RepositoryStatus = {
  url: "http://127.0.0.1:9/config.git",
  branch: "main",
  commit: "0123456789abcdef0123456789abcdef01234567",
  subject: "order-intake 1.4.0 to production",
  author: "team-orders",
  committedAt: noon - 5 * minute,
  fetchedAt: noon - 4 * minute,
  state: "ok",
  code: null,
  reason: "",
  since: noon - 60 * minute,
  lastPollAt: noon - 10_000,
  nextPollAt: noon + 20_000,
};

export function process(id: string, parts: Partial<ProcessStatus> = {}): ProcessStatus {
  return {
    environment: "production",
    process: id,
    desired: "1.4.0",
    actual: [
      { version: "1.4.0", weight: 100 },
      { version: "1.3.0", weight: 0 },
    ],
    sync: "Synced",
    health: "Healthy",
    phase: "Succeeded",
    reason: "has all traffic; 1.3.0 is kept warm",
    since: noon - 3 * minute,
    ...parts,
  };
}

export function overview(parts: Partial<Overview> = {}): Overview {
  return {
    repository,
    environments: [
      {
        name: "production",
        type: "production",
        url: "http://127.0.0.1:8610/production",
        instances: [{ id: "a", state: "ready", why: "" }],
        findings: [],
        processes: [process("order-intake"), process("returns", { desired: "1.1.0", actual: [{ version: "1.1.0", weight: 100 }] })],
      },
      { name: "staging", type: "staging", url: "http://127.0.0.1:8610/staging", instances: [], findings: [], processes: [] },
    ],
    findings: [],
    ...parts,
  };
}

export const deployment: Deployment = {
  id: "production.order-intake.1.4.0.mi8xj2k1",
  environment: "production",
  process: "order-intake",
  kind: "deploy",
  version: "1.4.0",
  digest: "sha256-aa",
  from: "1.3.0",
  strategy: "blue-green",
  commit: "0123456789abcdef0123456789abcdef01234567",
  startedAt: noon - 10 * minute,
  endedAt: noon - 10 * minute + 4200,
  phase: "Succeeded",
  reason: "has all traffic",
  steps: [
    { at: noon - 10 * minute, state: "started", why: "1.4.0 is pinned" },
    { at: noon - 10 * minute + 1500, state: "switching", why: "checks passed" },
  ],
  validations: [
    {
      phase: "during",
      validation: "smoke_test",
      subject: "accepts an order",
      result: "passed",
      detail: "answered 201",
      at: noon,
      durationMs: 12,
    },
  ],
};
