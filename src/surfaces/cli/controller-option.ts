/** Which controller a command asks: the one named, or the one that was started with this pinion.yaml. */

import { Option } from "commander";
import { type ControllerClient, createControllerClient } from "../http/client.ts";
import { pathFrom, type Session } from "./session.ts";

export interface ControllerOptions {
  readonly controller?: string;
  readonly config: string;
}

export function controllerOption(): Option {
  return new Option("--controller <url>", "address of the controller; default: PINION_CONTROLLER, or the one that runs with --config");
}

export function configOption(): Option {
  return new Option("-c, --config <file>", "the configuration that the controller was started with").default("pinion.yaml");
}

/** @throws `config/not-found`, `controller/unreachable`. */
export async function clientFor(session: Session, { controller, config }: ControllerOptions): Promise<ControllerClient> {
  return createControllerClient(
    controller ?? session.world.env["PINION_CONTROLLER"] ?? (await session.world.controllerAddress(pathFrom(session, config))),
  );
}
