/** Lets many measurements of one environment share one question to the outside. */

import type { EnvironmentName } from "../../domain/names.ts";

/**
 * Callers in the same turn get the same answer; a caller that asks while a question is under way gets the next one. So nobody
 * gets an answer that is older than the question, and there is never more than one question at a time.
 */
export function askOnce<T>(ask: (environment: EnvironmentName) => Promise<T>): (environment: EnvironmentName) => Promise<T> {
  const lines = new Map<EnvironmentName, Line<T>>();
  return (environment) => {
    const line: Line<T> = lines.get(environment) ?? { underWay: Promise.resolve(), next: null };
    lines.set(environment, line);
    if (line.next) return line.next;
    const askNow = () => {
      line.next = null;
      return ask(environment);
    };
    const next = line.underWay.then(askNow, askNow);
    line.next = next;
    line.underWay = next;
    return next;
  };
}

interface Line<T> {
  underWay: Promise<unknown>;
  next: Promise<T> | null;
}
