/** What the plain values in every kind of row must look like to be believed. */

import type { Digest, UnitRef } from "../../../domain/names.ts";
import type { Person } from "../../../domain/journal/people.ts";
import { isText, nullable, optional, shape } from "./guards.ts";
import type { Guard } from "./guards.ts";

const digestPattern = /^sha256-[0-9a-f]{64}$/;

export const isDigest: Guard<Digest> = (value): value is Digest => isText(value) && digestPattern.test(value);
export const isUnitRef = shape<UnitRef>({ process: isText, version: isText, digest: isDigest });
export const isPerson = shape<Person>({ name: isText, email: nullable(isText), claimed: optional(isText) });
