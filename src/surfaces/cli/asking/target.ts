/** What a command is about: `production/order-intake`, or an environment as a whole. */

import { InvalidArgumentError } from "commander";
import type { EnvironmentName, ProcessId } from "../../../domain/names.ts";

export interface ProcessTarget {
  readonly environment: EnvironmentName;
  readonly process: ProcessId;
}

export interface Target {
  readonly environment: EnvironmentName;
  /** Null: all of the environment. */
  readonly process: ProcessId | null;
}

const name = "[^/\\s]+";
const one = new RegExp(`^(?<environment>${name})/(?<process>${name})$`, "u");
const any = new RegExp(`^(?<environment>${name})(?:/(?<process>${name}))?$`, "u");

/** @throws InvalidArgumentError, which the command line makes a usage error of. */
export function parseProcessTarget(text: string): ProcessTarget {
  const { environment, process } = one.exec(text)?.groups ?? {};
  if (environment === undefined || process === undefined)
    throw new InvalidArgumentError("It is ENVIRONMENT/PROCESS, such as production/order-intake.");
  return { environment, process };
}

/** @throws InvalidArgumentError */
export function parseTarget(text: string): Target {
  const { environment, process } = any.exec(text)?.groups ?? {};
  if (environment === undefined)
    throw new InvalidArgumentError("It is ENVIRONMENT or ENVIRONMENT/PROCESS, such as production/order-intake.");
  return { environment, process: process ?? null };
}

/** @throws InvalidArgumentError */
export function parseEnvironmentTarget(text: string): EnvironmentName {
  const { environment, process } = parseTarget(text);
  if (process !== null) throw new InvalidArgumentError("It is an environment, such as production.");
  return environment;
}

/** As people write it. */
export function describeTarget({ environment, process }: Target): string {
  return process === null ? environment : `${environment}/${process}`;
}
