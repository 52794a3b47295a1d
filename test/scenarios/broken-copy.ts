/** What a broken copy is, and the pieces that the table of them is made of. */

export interface BrokenCopy {
  readonly name: string;
  /** Files that differ from the small repository; null: not there. */
  readonly files: Readonly<Record<string, string | Uint8Array | null>>;
  /** Links by path, with what they point at. */
  readonly links?: Readonly<Record<string, string>>;
  /** Files that are made this large. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** `severity code file:line`, in order. */
  readonly expected: readonly string[];
  /** `environment process version`, in order. */
  readonly runnable: readonly string[];
}

export const all = [
  "production called 1.0.0",
  "production caller 1.0.0",
  "production other 1.0.0",
  "staging called 1.1.0",
  "staging caller 1.0.0",
  "staging other 1.0.0",
];
export const without = (...gone: readonly string[]): readonly string[] => all.filter((each) => !gone.some((part) => each.includes(part)));

/** Files of the small repository that are broken most often. */
export const calledFile = "processes/called/process.yaml";
export const called100 = "processes/called/versions/1.0.0.yaml";
export const caller100 = "processes/caller/versions/1.0.0.yaml";
export const otherExport = "processes/other/versions/1.0.0.flow.json";
export const pinsA = "environments/production/pins/a.yaml";
export const environmentFile = "environments/production/environment.yaml";
