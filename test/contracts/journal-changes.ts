/** What a journal keeps of changes: those that a deployment makes, and those that people make by hand. */

import { describe, expect, it } from "vitest";
import { type HandEdit, recordChanges } from "../../src/domain/changes/recorded.ts";
import type { Definition } from "../../src/domain/desired/definition.ts";
import type { Journal } from "../../src/ports/journal.ts";
import { decision, digest, opening } from "../support/journal-values.ts";

const production = "production";

function flow(func: string): Definition {
  return { nodes: [{ id: "price", type: "function", title: "Price", config: { func } }], connections: [], config: {} };
}

const changes = recordChanges(flow("return 1;"), flow("return 2;"));

function edit(parts: Partial<HandEdit> = {}): HandEdit {
  const about = { environment: production, process: "a", version: "1.0.0", digest: digest("a"), content: "one" };
  return { ...about, seenAt: 5, undone: null, changes, ...parts };
}

/** `readers`: the journal, and the same after a restart. */
export function keepsChanges(journal: () => Journal, readers: () => AsyncIterable<Journal>): void {
  describe("changes", () => {
    it("of a deployment are kept, whole where it is asked for by id", async () => {
      await journal().record(decision(production, { deployments: [opening(production, "a", "d1")] }));
      await journal().recordChanges(production, "d1", changes);
      await journal().recordChanges(production, "never opened", changes);
      for await (const reader of readers()) {
        expect((await reader.history({ id: "d1" }))[0]?.changes).toEqual(changes);
        expect((await reader.history({}))[0]?.changes).toEqual({ ...changes, changes: null });
      }
    });

    it("by hand are one record while they are there, newest first, each process by itself", async () => {
      await journal().recordHandEdit(edit());
      await journal().recordHandEdit(edit({ seenAt: 7 }));
      await journal().recordHandEdit(edit({ content: "two", seenAt: 8 }));
      await journal().recordHandEdit(edit({ process: "b" }));
      await journal().recordHandEdit(edit({ environment: "staging" }));
      for await (const reader of readers()) {
        const [newest, oldest, ...others] = await reader.handEdits(production, "a");
        expect([newest?.content, oldest, others]).toEqual(["two", edit(), []]);
      }
    });

    it("by hand that were undone stay with the deployment that undid them, and in its timeline once", async () => {
      const undone = { at: 9, deployment: "d1" };
      await journal().record(decision(production, { deployments: [opening(production, "a", "d1")] }));
      await journal().recordHandEdit(edit());
      await journal().recordHandEdit(edit({ undone }));
      await journal().recordHandEdit(edit({ undone }));
      for await (const reader of readers()) {
        const [deployment] = await reader.history({ id: "d1" });
        expect(deployment?.handEdits).toEqual([edit({ undone })]);
        expect(deployment?.steps.slice(1)).toEqual([
          {
            at: 9,
            state: "hand edit undone",
            code: "HandEditUndone",
            why: 'undid what was changed by hand: function "Price" changed: config.func "return 1;" → "return 2;"',
          },
        ]);
        expect(await reader.handEdits(production, "a")).toEqual([edit({ undone })]);
      }
    });

    it("by hand that come again are another record", async () => {
      await journal().recordHandEdit(edit({ undone: { at: 9, deployment: null } }));
      await journal().recordHandEdit(edit({ seenAt: 20, undone: { at: 21, deployment: "d2" } }));
      expect((await journal().handEdits(production, "a")).map(({ seenAt }) => seenAt)).toEqual([20, 5]);
    });

    it("by hand are kept in a bounded number", async () => {
      for (let number = 0; number < 30; number += 1) await journal().recordHandEdit(edit({ content: String(number) }));
      const contents = (await journal().handEdits(production, "a")).map(({ content }) => content);
      expect(contents).toEqual(Array.from({ length: 20 }, (_, index) => String(29 - index)));
    });
  });
}
