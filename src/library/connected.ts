/** A controller that runs elsewhere, over its HTTP API. What it deploys is what is merged: here are people's hands and eyes. */

import { PinionError } from "../domain/errors.ts";
import type { OrderAnswer } from "../domain/orders.ts";
import type { Clock } from "../ports/clock.ts";
import { type ControllerClient, createControllerClient } from "../surfaces/http/client.ts";
import { orThrow, toOrder, until } from "./asking.ts";
import { toDeployment } from "./deployment.ts";
import type { Pinion, PinionOrder } from "./pinion.ts";
import { systemTime } from "./system-time.ts";

/** Which controller. */
export interface ConnectOptions {
  /** Base of its API; the environment variable PINION_CONTROLLER when not said. */
  readonly url?: string;
}

const answerTimeoutMs = 30_000;

/**
 * The controller at this address. Nothing is asked yet. @throws `usage/invalid` when no address is known.
 * @example const pinion = connectPinion({ url: "http://127.0.0.1:7717" })
 */
export function connectPinion({ url = process.env["PINION_CONTROLLER"] }: ConnectOptions = {}): Pinion {
  if (url === undefined || url === "")
    throw new PinionError("usage/invalid", "no controller is named: hand in its url, or set PINION_CONTROLLER");
  return overClient(createControllerClient(url), systemTime);
}

/** The same over a client that is there already. */
export function overClient(client: ControllerClient, clock: Clock): Pinion {
  return {
    clock,
    overview: (selection = {}) => client.overview(selection),
    history: (query = {}) => client.history(query),
    deployments: async (query = {}) => (await client.history(query)).map(toDeployment),
    deployment: async (id) => toDeployment(await client.deployment(id)),
    order: (order) => give(client, clock, order),
    deploy: ({ processId }) => Promise.reject(byCommit(processId)),
    close: () => Promise.resolve(),
  };
}

async function give(client: ControllerClient, clock: Clock, given: PinionOrder): Promise<OrderAnswer> {
  const { environment, id, by, why, wish } = toOrder(given);
  const answer =
    (await client.order(environment, { id, by, reason: why, wish })) ??
    (await until({ clock, timeoutMs: answerTimeoutMs }, () => client.orderAnswer(environment, id)));
  if (!answer) throw new PinionError("order/unanswered", `order ${id} is recorded, and nothing was decided about it in time`);
  return orThrow(answer);
}

function byCommit(process: string): PinionError {
  return new PinionError("deployment/by-commit", `${process} is not deployed by a call: what this controller deploys is what is merged`);
}
