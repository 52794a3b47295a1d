/** Who gives a command: the person who is named, else the author of commits made here, else the user who is logged in. */

import { InvalidArgumentError } from "commander";
import { PinionError } from "../../../domain/errors.ts";
import type { Person } from "../../../domain/journal/people.ts";
import type { CliWorld } from "../terminal/world.ts";

/** `Ann <ann@example.com>`, or a name alone. @throws InvalidArgumentError */
export function parsePersonOption(text: string): Person {
  const { name, email } = /^(?<name>[^<>]+?)\s*(?:<(?<email>[^<>\s]+)>)?$/u.exec(text.trim())?.groups ?? {};
  if (name === undefined) throw new InvalidArgumentError('It is "Name <email>" or a name.');
  return { name, email: email ?? null };
}

/** @throws `usage/invalid` when nothing here says who it is. */
export async function findPerson(world: Pick<CliWorld, "git" | "cwd" | "userName">): Promise<Person> {
  const [name, email] = await Promise.all(["user.name", "user.email"].map((key) => configured(world, key)));
  const known = name ?? world.userName();
  if (known === null) throw new PinionError("usage/invalid", 'your name is not known: set it with --as "Name <email>"');
  return { name: known, email: email ?? null };
}

async function configured({ git, cwd }: Pick<CliWorld, "git" | "cwd">, key: string): Promise<string | null> {
  const { status, stdout } = await git(cwd, ["config", "--get", key]);
  return status === 0 && stdout !== "" ? stdout : null;
}
