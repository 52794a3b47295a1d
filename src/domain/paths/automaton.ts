/** Expressions as automata: a text is matched in one pass over its characters, whatever the expression. Pure. */

import { alphabetSize, type CharSet, holds, indexOf } from "./char-set.ts";
import type { Expression } from "./regular.ts";
import { UnreadablePath } from "./unreadable-path.ts";

/** States are numbers; state 0 is the beginning. */
export interface Automaton {
  /** Where a state goes without a character. */
  readonly free: readonly (readonly number[])[];
  /** Where a state goes with a character. */
  readonly steps: readonly ({ readonly set: CharSet; readonly to: number } | null)[];
  readonly end: number;
  /** The end, and states that go on with a character, that are there without one. */
  resting(from: number): readonly number[];
}

const mostStates = 1_000;

/** @throws UnreadablePath when it needs too many states. */
export function automatonOf(expression: Expression): Automaton {
  const free: number[][] = [[]];
  const steps: ({ readonly set: CharSet; readonly to: number } | null)[] = [null];
  const state = (): number => {
    if (steps.length >= mostStates) throw new UnreadablePath("it is too long or repeats too much");
    free.push([]);
    return steps.push(null) - 1;
  };
  const link = (from: number, to: number) => void free[from]?.push(to);

  /** Adds the part after a state and gives the state after it. */
  const add = (part: Expression, from: number): number => {
    switch (part.kind) {
      case "set": {
        const [at, to] = [state(), state()];
        link(from, at);
        steps[at] = { set: part.set, to };
        return to;
      }
      case "sequence":
        return part.parts.reduce((at, each) => add(each, at), from);
      case "choice": {
        const to = state();
        for (const each of part.of) link(add(each, from), to);
        return to;
      }
      case "repeat":
        return addRepeat(part, from);
    }
  };
  const addRepeat = ({ part, least, most }: Extract<Expression, { kind: "repeat" }>, from: number): number => {
    let at = from;
    for (let count = 0; count < least; count++) at = add(part, at);
    const end = state();
    for (let count = least; most !== null && count < most; count++) {
      link(at, end);
      at = add(part, at);
    }
    if (most === null) {
      const loop = state();
      link(at, loop);
      link(add(part, loop), loop);
      at = loop;
    }
    link(at, end);
    return end;
  };
  const end = add(expression, 0);
  return { free, steps, end, resting: restingStates({ free, steps, end }) };
}

/** Looked up: an automaton is held against many others. */
function restingStates(graph: Omit<Automaton, "resting">): (from: number) => readonly number[] {
  const known = new Map<number, readonly number[]>();
  return (from) => {
    const found = known.get(from) ?? closure(graph, [from]).filter((state) => graph.steps[state] !== null || state === graph.end);
    known.set(from, found);
    return found;
  };
}

/** All states that are there without a further character, in order. */
function closure({ free }: Pick<Automaton, "free">, from: Iterable<number>): readonly number[] {
  const seen = new Set<number>();
  const open = [...from];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    open.push(...(free[at] ?? []));
  }
  return [...seen].sort((a, b) => a - b);
}

interface Known {
  readonly states: readonly number[];
  readonly isEnd: boolean;
  /** By the character's index; null: not known yet. */
  readonly next: (Known | null)[];
}

/** How many sets of states are remembered, and of how many states altogether; past it all are forgotten and found again. */
const mostKnown = 128;
const mostKnownStates = 16_384;
/** What it takes to find out where a state goes, in looks at what is known. */
const costOfState = 40;

/** Says whether a whole text fits; null: to tell would take more than the looks that are allowed. */
export type Tester = (text: string, mostLooks?: number) => boolean | null;

/** What a tester learns is kept, so that most characters cost one look. */
export function createTester(automaton: Automaton): Tester {
  const memory = createMemory(automaton);
  const start = closure(automaton, [0]);
  return (text, mostLooks = Number.POSITIVE_INFINITY) => {
    let at = memory.remember(start);
    let looks = 0;
    for (let position = 0; position < text.length && at.states.length > 0; position++) {
      const index = indexOf(text.charCodeAt(position));
      const next = at.next[index];
      looks += next ? 1 : costOfState * at.states.length;
      if (looks > mostLooks) return null;
      at = next ?? memory.follow(at, index);
    }
    return at.isEnd;
  };
}

interface Memory {
  remember(states: readonly number[]): Known;
  /** Where a set of states goes with the character of an index. */
  follow(from: Known, index: number): Known;
}

function createMemory(automaton: Automaton): Memory {
  let known = new Map<string, Known>();
  let knownStates = 0;
  const remember = (states: readonly number[]): Known => {
    const key = states.join();
    const before = known.get(key);
    if (before) return before;
    if (known.size >= mostKnown || knownStates > mostKnownStates) {
      known = new Map();
      knownStates = 0;
    }
    const made: Known = { states, isEnd: states.includes(automaton.end), next: Array.from({ length: alphabetSize }, () => null) };
    known.set(key, made);
    knownStates += states.length;
    return made;
  };
  return {
    remember,
    follow(from, index) {
      const reached = from.states.flatMap((state) => {
        const step = automaton.steps[state];
        return step && holds(step.set, index) ? [step.to] : [];
      });
      return (from.next[index] = remember(closure(automaton, reached)));
    },
  };
}
