/** What people ask a controller for over the API. A word that is misspelt must not be left aside: it would mean something else. */

import { type Static, Type } from "typebox";
import { form, nullable, variants } from "./shapes.ts";

const exactly = { additionalProperties: false };

/** Process ids and versions: nothing else is ever pinned. */
const plain = form(/^[0-9A-Za-z][0-9A-Za-z.+-]{0,199}$/, "1 to 200 letters, digits, dots and hyphens");

const ofProcess = <const Kind extends string>(kind: Kind) => Type.Object({ kind: Type.Literal(kind), process: plain }, exactly);

const spec = variants([
  ofProcess("pause"),
  ofProcess("resume"),
  ofProcess("abort"),
  ofProcess("retry"),
  ofProcess("recover"),
  Type.Object({ kind: Type.Literal("promote"), process: plain, isFull: Type.Optional(nullable(Type.Boolean())) }, exactly),
  Type.Object({ kind: Type.Literal("rollback"), process: plain, to: Type.Optional(nullable(plain)) }, exactly),
  Type.Object({ kind: Type.Literal("freeze") }, exactly),
  Type.Object({ kind: Type.Literal("unfreeze") }, exactly),
]);

/** As it is posted: environment and time are the controller's to add. */
export const commandRequest = Type.Object(
  {
    id: Type.Optional(nullable(form(/^[\w.-]{1,100}$/, "1 to 100 letters, digits, dots, hyphens and underscores"))),
    by: Type.Object(
      {
        name: Type.String({ pattern: "\\S", maxLength: 200, description: "1 to 200 characters" }),
        email: Type.Optional(nullable(Type.String({ maxLength: 200, description: "at most 200 characters" }))),
      },
      { ...exactly, description: "an object with the name, and perhaps the email, of who gives the command" },
    ),
    reason: Type.Optional(nullable(Type.String({ maxLength: 2000, description: "at most 2000 characters" }))),
    spec,
  },
  exactly,
);

export type CommandRequest = Static<typeof commandRequest>;
