/** Keys of the terminal, one by one as they are pressed; the terminal is as it was once nobody listens any more, and whenever the process ends. */

/** What a listener hears: `up`, `page-down`, …, else the character itself. */
type KeyListener = (key: string) => void;

const names: Readonly<Record<string, string>> = {
  "[A": "up",
  OA: "up",
  "[B": "down",
  OB: "down",
  "[5~": "page-up",
  "[6~": "page-down",
  "[H": "home",
  OH: "home",
  "[1~": "home",
  "[F": "end",
  OF: "end",
  "[4~": "end",
};

// oxlint-disable-next-line no-control-regex
const keys = /\u001b(?<escape>\[[0-9;]*[A-Za-z~]|O[A-Za-z])|[\s\S]/gu;
const [interrupt, suspend] = ["\u0003", "\u001A"];

/** The keys in what a terminal sends at once, which may be several. */
export function keysIn(text: string): readonly string[] {
  return [...text.matchAll(keys)].map(({ 0: whole, groups }) => {
    const escape = groups?.["escape"];
    return escape === undefined ? whole : (names[escape] ?? "");
  });
}

/** Whether somebody can press keys here. */
export function hasKeyboard(): boolean {
  return isTty(process.stdin) && isTty(process.stdout);
}

/** Node leaves it out where it is not so, whatever its types say. */
export function isTty({ isTTY }: { readonly isTTY?: boolean }): boolean {
  return isTTY === true;
}

/** Gives what ends it. Ctrl-C and Ctrl-Z do what they do elsewhere. Without a keyboard nothing is heard. */
export function listenToKeys(listener: KeyListener): () => void {
  if (!hasKeyboard()) return () => undefined;
  const { stdin } = process;
  const heard = (chunk: Buffer): void => keysIn(chunk.toString()).forEach((key) => press(key, listener));
  const again = (): void => void stdin.setRawMode(true);
  const restore = (): void => void stdin.setRawMode(false);
  stdin.setRawMode(true);
  stdin.on("data", heard);
  stdin.resume();
  // A keyboard alone keeps no process up.
  stdin.unref();
  process.on("SIGCONT", again);
  process.once("exit", restore);
  return () => {
    process.off("SIGCONT", again);
    process.off("exit", restore);
    stdin.off("data", heard);
    stdin.pause();
    restore();
  };
}

/** The terminal sends no signals while single keys are read: they are given to the same processes here. */
function press(key: string, listener: KeyListener): void {
  if (key === interrupt) process.kill(0, "SIGINT");
  else if (key === suspend) {
    process.stdin.setRawMode(false);
    process.kill(0, "SIGTSTP");
  } else if (key !== "") listener(key);
}
