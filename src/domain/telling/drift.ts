/** How a reason says that somebody has changed an engine by hand. */

/** Whether a deployment or a status is about an edit by hand, healed or left alone. */
export function isAboutDrift(why: string): boolean {
  return why.startsWith("drift: ") || why.endsWith("(selfHeal is off)");
}
