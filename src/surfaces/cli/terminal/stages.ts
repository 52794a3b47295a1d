/** The order in which environments are shown: along the way that a version takes. */

interface Stage {
  readonly name: string;
  readonly type: string;
}

const stages = ["development", "staging", "production"];

/** Development first, production last, those of a type by name. */
export function byStage<T extends Stage>(environments: readonly T[]): readonly T[] {
  return environments.toSorted((a, b) => stages.indexOf(a.type) - stages.indexOf(b.type) || (a.name < b.name ? -1 : 1));
}
