/** What may be asked of the API in an address. Numbers come in as text. */

import { Type } from "typebox";

const exactly = { additionalProperties: false };
const name = Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: "1 to 200 characters" }));

export const statusQuery = Type.Object({ environment: name, process: name }, exactly);

export const historyQuery = Type.Object(
  {
    environment: name,
    process: name,
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: "a whole number from 1 to 1000" })),
  },
  exactly,
);
