/** A path that is not served, and why: one line for its author. */
export class UnreadablePath extends Error {}
