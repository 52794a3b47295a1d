/** Semantic versions as parts, beside the text that files and tables have. */

import semver from "semver";
import { PinionError } from "../domain/errors.ts";
import { objectAt } from "./known-fields.ts";

/** `2.0.0-rc.1+build.5` is `{ major: 2, minor: 0, patch: 0, prerelease: "rc.1", build: "build.5" }`. */
export interface SemanticVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly prerelease?: string;
  readonly build?: string;
}

/**
 * The parts of a version. @throws `usage/invalid` when it is none.
 * @example parseVersion("1.4.2").minor // 4
 */
export function parseVersion(text: string): SemanticVersion {
  const parsed = semver.parse(text);
  if (parsed === null || text !== [parsed.version, ...(parsed.build.length === 0 ? [] : [parsed.build.join(".")])].join("+"))
    throw new PinionError("usage/invalid", `"${text}" is no version: it is MAJOR.MINOR.PATCH, such as 1.4.2`);
  const { major, minor, patch, prerelease, build } = parsed;
  return {
    major,
    minor,
    patch,
    ...(prerelease.length === 0 ? {} : { prerelease: prerelease.join(".") }),
    ...(build.length === 0 ? {} : { build: build.join(".") }),
  };
}

/**
 * The text of a version, checked. @throws `usage/invalid` when it is none.
 * @example formatVersion({ major: 1, minor: 4, patch: 2 }) // "1.4.2"
 */
export function formatVersion(version: SemanticVersion | string): string {
  const text = typeof version === "string" ? version : textOf(objectAt(version, "a version") as unknown as SemanticVersion);
  parseVersion(text);
  return text;
}

function textOf({ major, minor, patch, prerelease, build }: SemanticVersion): string {
  return `${major}.${minor}.${patch}${prerelease ? `-${prerelease}` : ""}${build ? `+${build}` : ""}`;
}
