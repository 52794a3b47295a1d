/** Orders over the wire: what a person asks for comes in, what became of it goes back. */

import { PinionError } from "../domain/errors.ts";
import type { OrderAnswer, OrderWish } from "../domain/journal/commands.ts";
import type { Person } from "../domain/journal/people.ts";
import { type Fields, fieldsOf } from "./json-fields.ts";
import { parsePerson } from "./parse-progress.ts";

/** An order as it is posted: environment and time are the controller's to add. */
export interface OrderRequest {
  /** Null: any. Who wants to be able to ask twice chooses one. */
  readonly id: string | null;
  readonly by: Person;
  readonly reason: string;
  readonly wish: OrderWish;
}

const longestReason = 2000;
const longestName = 200;
/** Process ids and versions: nothing else is ever pinned. */
const plain = /^[0-9A-Za-z][0-9A-Za-z.+-]{0,199}$/u;

/** @throws PinionError `usage/invalid` that names the field. */
export function parseOrderRequest(body: unknown): OrderRequest {
  try {
    const fields = fieldsOf(body, "the order");
    refuseOthers(body, ["id", "by", "reason", "wish"], "the order");
    const id = fields.textOrNull("id");
    if (id !== null && !isOrderId(id)) throw new TypeError("id is 1 to 100 letters, digits, dots, hyphens and underscores");
    const reason = fields.textOrNull("reason")?.trim() ?? "";
    if (reason.length > longestReason) throw new TypeError(`reason is longer than ${longestReason} characters`);
    const by = fields.object("by", parsePersonStrictly);
    refuseOthers(fields.raw("by"), ["name", "email"], "by");
    return { id, by, reason, wish: parseWish(fields.raw("wish")) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new PinionError("usage/invalid", error.message, { cause: error });
  }
}

/** Whether a text can name an order. */
export function isOrderId(text: string): boolean {
  return /^[\w.-]{1,100}$/u.test(text);
}

function parsePersonStrictly(fields: Fields): Person {
  const { name, email } = parsePerson(fields);
  if (name.trim() === "" || name.length > longestName) throw new TypeError(`by: name is 1 to ${longestName} characters`);
  if (email !== null && email.length > longestName) throw new TypeError(`by: email is at most ${longestName} characters`);
  return { name: name.trim(), email: email === null || email.trim() === "" ? null : email.trim() };
}

interface Reader {
  /** What it may say. */
  readonly names: readonly string[];
  read(fields: Fields): OrderWish;
}

/** One that is added does not compile before it can be read here. */
const readers: Readonly<Record<OrderWish["kind"], Reader>> = {
  pause: ofProcess("pause"),
  resume: ofProcess("resume"),
  abort: ofProcess("abort"),
  retry: ofProcess("retry"),
  recover: ofProcess("recover"),
  promote: {
    names: ["kind", "process", "isFull"],
    read: (fields) => ({
      kind: "promote",
      process: plainText(fields, "process"),
      isFull: fields.raw("isFull") === null ? false : fields.flag("isFull"),
    }),
  },
  rollback: {
    names: ["kind", "process", "to"],
    read: (fields) => ({
      kind: "rollback",
      process: plainText(fields, "process"),
      to: fields.raw("to") === null ? null : plainText(fields, "to"),
    }),
  },
  freeze: { names: ["kind"], read: () => ({ kind: "freeze" }) },
  unfreeze: { names: ["kind"], read: () => ({ kind: "unfreeze" }) },
};

function ofProcess(kind: "pause" | "resume" | "abort" | "retry" | "recover"): Reader {
  return { names: ["kind", "process"], read: (fields) => ({ kind, process: plainText(fields, "process") }) };
}

function parseWish(value: unknown): OrderWish {
  const fields = fieldsOf(value, "wish");
  const kind = fields.oneOf("kind", readers);
  const { names, read } = readers[kind];
  const wish = read(fields);
  refuseOthers(value, names, `wish: ${kind}`);
  return wish;
}

function plainText(fields: Fields, name: string): string {
  const text = fields.text(name);
  if (!plain.test(text)) throw new TypeError(`wish: ${name} is made of letters, digits, dots and hyphens`);
  return text;
}

/** A word that is misspelt must not be left aside: the order would mean something else. */
function refuseOthers(value: unknown, known: readonly string[], place: string): void {
  const other = Object.keys(Object(value) as object).find((key) => !known.includes(key));
  if (other !== undefined) throw new TypeError(`${place}: there is no "${other}"; there are: ${known.join(", ")}`);
}

/** @throws TypeError */
export function parseOrderAnswer(value: unknown): OrderAnswer {
  const fields = fieldsOf(value, "the answer");
  return {
    id: fields.text("id"),
    kind: fields.oneOf("kind", { done: true, refused: true }),
    why: fields.text("why"),
    at: fields.time("at"),
  };
}
