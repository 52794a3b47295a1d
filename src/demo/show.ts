/** What a demo that is up consists of, and the world that it is shown to. */

import type { RunningController } from "./controller-process.ts";
import { type Customers, type Load, startLoad } from "./load.ts";
import type { Screen, ScreenOutput } from "./screen.ts";
import type { Stage } from "./stage.ts";

export interface DemoWorld {
  readonly stdout: ScreenOutput;
  readonly isTerminal: boolean;
  readonly colour: boolean;
  /** Of the terminal, asked anew at each drawing. */
  size(): { readonly columns: number; readonly rows: number };
  /** Calls back with every key that is pressed; gives what ends that. Null: nobody can press any. */
  readonly onKey: ((listener: (key: string) => void) => () => void) | null;
  /** Program and arguments that make `pinion`. */
  readonly command: readonly string[];
  /** The config repository to make a working copy of. */
  readonly example: string;
  readonly tour: boolean;
  /** Null: a new folder. */
  readonly directory: string | null;
}

/** What is up, and how far the demo has got. */
export interface Show {
  readonly stage: Stage;
  readonly controller: RunningController;
  readonly screen: Screen;
  readonly world: DemoWorld;
  readonly stopping: AbortSignal;
}

/** Where the customers are. */
export const loadEnvironment = "production";
/** What those who order ask; it says which version answers. */
export const ordersPath = "/orders/health";

const paymentsPath = "/payments/authorise";
const payment = { orderId: "o-1", amountCents: 1990, currency: "EUR" };

/** The customers of the shop. */
export interface Loads {
  readonly orders: Load;
  readonly payments: Load;
}

/** How hard they ask; both at most so many questions at a time. */
export type Pace = Pick<Customers, "callers" | "pauseMs">;

/** Public address of the environment with the customers. @throws Error when there is none. */
export async function addressOf({ controller }: Pick<Show, "controller">): Promise<string> {
  const { environments } = await controller.overview();
  const found = environments.find(({ name }) => name === loadEnvironment);
  if (!found) throw new Error(`there is no ${loadEnvironment}`);
  return found.url;
}

export function startLoads(address: string, pace: { readonly orders: Pace; readonly payments: Pace }): Loads {
  return {
    orders: startLoad({ url: address + ordersPath, order: null, ...pace.orders }),
    payments: startLoad({ url: address + paymentsPath, order: payment, ...pace.payments }),
  };
}

export async function stopLoads({ orders, payments }: Loads): Promise<void> {
  await Promise.all([orders.stop(), payments.stop()]);
}
