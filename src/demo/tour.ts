/** The tour of `pinion demo`: plays the story by itself. Each chapter ends with the figure that proves it, or fails loudly. */

import { freeze } from "./tour-freeze.ts";
import { bump, failsItsCheck, gitRevert, handEdit } from "./tour-orders.ts";
import type { Chapter, TourParts } from "./tour-parts.ts";
import { badUnderTraffic, canary } from "./tour-payments.ts";

/** While the rollback policy still watches what one chapter has deployed, the next one goes on with another process. */
export const chapters: readonly Chapter[] = [bump, canary, failsItsCheck, badUnderTraffic, gitRevert, handEdit, freeze];

/** What a chapter came to. */
export type Told = { readonly kind: "true"; readonly proof: string } | { readonly kind: "untrue"; readonly why: string };

/** Plays one after the other and hands each result on. Resolves with whether all came true; it ends with the first that does not. */
export async function playChapters(
  story: readonly Chapter[],
  parts: TourParts,
  { stopping, onTold }: { readonly stopping: AbortSignal; onTold(chapter: Chapter, told: Told): void },
): Promise<boolean> {
  for (const chapter of story) {
    if (stopping.aborted) return false;
    const told = await Promise.race([whenAborted(stopping), play(chapter, parts)]);
    onTold(chapter, told);
    if (told.kind === "untrue") return false;
  }
  return true;
}

async function play(chapter: Chapter, parts: TourParts): Promise<Told> {
  return chapter.play(parts).then(
    (proof): Told => ({ kind: "true", proof }),
    (error: unknown): Told => ({ kind: "untrue", why: error instanceof Error ? error.message : String(error) }),
  );
}

function whenAborted(signal: AbortSignal): Promise<Told> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve({ kind: "untrue", why: "ended by hand" }), { once: true });
  });
}
