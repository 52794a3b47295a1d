/** Which controller a command asks: the one named, or the one that was started with this pinion.yaml. */

import { Option } from "commander";
import { type ControllerClient, createControllerClient } from "../../../api/client.ts";
import { targetOf, tokenFrom } from "../../../api/target.ts";
import { pathFrom, type Session } from "../terminal/session.ts";

export interface ControllerOptions {
  readonly controller?: string;
  readonly config: string;
}

/** Where a command looks when it is not told. */
export const defaultConfig = "pinion.yaml";

export function controllerOption(): Option {
  return new Option("--controller <url>", "address of the controller; default: PINION_CONTROLLER, or the one that runs with --config");
}

export function configOption(): Option {
  return new Option("-c, --config <file>", "the configuration that the controller was started with").default(defaultConfig);
}

/** @throws `config/not-found`, `controller/unreachable`. */
export async function clientFor(session: Session, { controller, config }: ControllerOptions): Promise<ControllerClient> {
  const { env } = session.world;
  const named = controller ?? env["PINION_CONTROLLER"];
  const own = () => session.world.controllerAddress(pathFrom(session, config));
  if (named === undefined) return createControllerClient(await own());
  const target = targetOf(named, () => tokenFrom(env));
  return createControllerClient({ ...target, token: async () => (await target.token()) ?? (await tokenOfOwn(own, target.url)) });
}

/** The token of the state folder goes to the controller that it belongs to and to no other. */
async function tokenOfOwn(own: () => ReturnType<Session["world"]["controllerAddress"]>, url: string): Promise<string | null> {
  const target = await own().catch(() => null);
  return target && isSameOrigin(target.url, url) ? target.token() : null;
}

function isSameOrigin(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && new URL(one).origin === new URL(other).origin;
}
