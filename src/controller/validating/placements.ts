/**
 * Asks a version on its private addresses, instance by instance. An engine that goes away meanwhile says nothing about the
 * version the first time; a version that takes its engine down whenever it is asked has failed.
 */

import type { ValidationName } from "../../domain/validation-result.ts";
import type { Placement } from "../../domain/desired/unit.ts";
import { engineRunning } from "../engines.ts";
import { Failure, installedOf, messageOf, type Question, type Subject } from "./question.ts";

/** The engine went away while it was asked. */
export class EngineWentAway extends Error {}

const wentAway = "the engine went away while it was asked";

type About = Pick<Question, "validation" | "subject">;

/** Runs `ask` on the placements in scope, of which there is at least one. What it throws as `Failure` is the version's fault. */
export async function onPlacements(
  subject: Subject,
  about: About,
  ask: (placements: readonly Placement[]) => Promise<string>,
): Promise<string> {
  const placements = await readyPlacements(subject);
  try {
    return await ask(placements);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const gone = await whyGone(subject, placements);
    if (gone === null) throw error;
    if (hasGoneBefore(subject, about)) throw new Failure(`${error.message}; ${wentAway} (${gone}), and so it did the time before`);
    throw new EngineWentAway(`${wentAway} (${gone}): ${error.message}`, { cause: error });
  }
}

async function readyPlacements(subject: Subject): Promise<readonly Placement[]> {
  const { environment, unit, on, ports } = subject;
  const all = installedOf(await engineRunning(environment, unit.process, ports).inventory(), unit)?.placements ?? [];
  const wanted = on === null ? all : all.filter((placement) => on.includes(placement.instance));
  const ready = wanted.filter((placement) => placement.ready);
  const missing = on?.find((instance) => !ready.some((placement) => placement.instance === instance));
  if (missing !== undefined) throw new Error(`it does not answer on instance ${missing} at the moment`);
  if (ready.length === 0) throw new Error("it answers on no instance at the moment");
  return ready;
}

/** Null when every placement that was asked still is where it was; else which one is not. */
async function whyGone({ environment, unit, ports }: Subject, asked: readonly Placement[]): Promise<string | null> {
  try {
    const now = installedOf(await engineRunning(environment, unit.process, ports).inventory(), unit)?.placements ?? [];
    const isThere = (was: Placement) => now.some((each) => each.ready && each.instance === was.instance && each.address === was.address);
    const gone = asked.find((placement) => !isThere(placement));
    return gone ? `instance ${gone.instance} is down or was started again` : null;
  } catch (error) {
    return messageOf(error);
  }
}

function hasGoneBefore({ validationResults, phase, scope }: Subject, { validation, subject }: About): boolean {
  return validationResults.some(
    (result) =>
      result.phase === phase &&
      result.scope === scope &&
      result.validation === validation &&
      result.subject === subject &&
      result.engineWentAway === true,
  );
}

/** A question that is asked on every placement in scope, one after the other, so that it stays as light as it looks. */
export function onEachPlacement(
  subject: Subject,
  about: { readonly validation: ValidationName; readonly subject: string },
  ask: (placement: Placement) => Promise<string>,
): Question {
  const askAll = async (placements: readonly Placement[]): Promise<string> => {
    const seen: string[] = [];
    for (const placement of placements) seen.push(await onInstance(placement, placements.length > 1, ask));
    return seen.length === 1 ? (seen[0] ?? "") : seen.join("; ");
  };
  return { ...about, ask: () => onPlacements(subject, about, askAll), turn: "request" };
}

async function onInstance(placement: Placement, isOneOfMany: boolean, ask: (placement: Placement) => Promise<string>): Promise<string> {
  if (!isOneOfMany) return ask(placement);
  try {
    return `${placement.instance}: ${await ask(placement)}`;
  } catch (error) {
    throw error instanceof Failure ? new Failure(`on instance ${placement.instance}: ${error.message}`) : error;
  }
}
