import { describe, expect, it } from "vitest";
import { parseJson } from "../../../../src/adapters/store/codec/parse-json.ts";
import { nothingKnown } from "../../../../src/domain/journal/state.ts";
import * as fits from "../../../../src/generated/validators/journal.mjs";

const state = { ...nothingKnown("order-intake"), rolledBackAt: 5 };
const text = JSON.stringify(state);

describe("a row of the journal", () => {
  it("is believed where it has what it must have, whatever a newer release has added", () => {
    expect(parseJson(text, fits.processState)).toEqual(state);
    expect(parseJson(text.replace("{", '{"later":1,'), fits.processState)).toEqual({ ...state, later: 1 });
  });

  it.each([
    ["a number that JavaScript cannot hold", text.replace("5", "1e999")],
    ["a field of another type", text.replace("5", '"5"')],
    ["a field that is missing", text.replace('"takenOutAt"', '"takenInAt"')],
    ["a list for an object", `[${text}]`],
    ["a text that breaks off", text.slice(0, -1)],
    ["no text", null],
  ])("is not believed with %s", (_what, row) => {
    expect(parseJson(row, fits.processState)).toBeNull();
  });
});
