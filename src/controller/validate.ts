/** The validations of a phase, asked one after the other until one does not pass. */

import type { Action, Phase } from "../domain/actions.ts";
import { PinionError } from "../domain/errors.ts";
import type { ValidationResult } from "../domain/evidence.ts";
import type { EnvironmentName } from "../domain/names.ts";
import type { Ports } from "./ports.ts";
import { questionsBefore } from "./validating/before.ts";
import { questionsOnPrivateAddress } from "./validating/private-address.ts";
import { questionsOnPublicAddress } from "./validating/public-address.ts";
import { Failure, type Question, type Subject } from "./validating/question.ts";

/** Lets a question be asked when it is its turn. */
export type InTurn = <T>(ask: () => Promise<T>) => Promise<T>;

type Validate = Extract<Action, { kind: "ensure-validated" }>;

export async function validate(
  environment: EnvironmentName,
  { unit, phase }: Validate,
  ports: Ports,
  inTurn: InTurn,
): Promise<readonly ValidationResult[]> {
  const results: ValidationResult[] = [];
  for (const question of await questionsOf(phase, { environment, unit, ports })) {
    const ask = () => answer(question, phase, ports);
    const result = await (question.isRequest ? inTurn(ask) : ask());
    results.push(result);
    if (result.result !== "passed") break;
  }
  return results;
}

function questionsOf(phase: Phase, subject: Subject): Promise<readonly Question[]> | readonly Question[] {
  switch (phase) {
    case "pre":
      return questionsBefore(subject);
    case "during":
      return questionsOnPrivateAddress(subject);
    case "post":
      return questionsOnPublicAddress(subject);
  }
}

async function answer(question: Question, phase: Phase, ports: Ports): Promise<ValidationResult> {
  const at = ports.clock.now();
  const { validation, subject } = question;
  const finish = (result: ValidationResult["result"], detail: string): ValidationResult => ({
    phase,
    validation,
    subject,
    result,
    detail,
    at,
    durationMs: ports.clock.now() - at,
  });
  try {
    return finish("passed", await question.ask());
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const isFailure = error instanceof Failure || (error instanceof PinionError && error.retry === "never");
    return finish(isFailure ? "failed" : "unknown", detail);
  }
}
