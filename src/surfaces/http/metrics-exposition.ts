/** Prometheus' text format (0.0.4), so that no other file escapes a label. */

const special = /["\\\n]/u;

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
  /** Of a summary's `_sum` and `_count`. */
  readonly suffix?: "_sum" | "_count";
}

export interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge" | "summary";
  /** One line that ends with a full stop. */
  readonly help: string;
  readonly samples: Iterable<Sample>;
}

/** Lines of one piece: few enough that nothing else waits for them. */
const pieceLines = 1_000;

/** The page in pieces. A family without a sample is announced all the same, so that its name is known. */
export function* exposition(families: Iterable<Family>): Iterable<string> {
  for (const { name, type, help, samples } of families) {
    let text = `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;
    let lines = 0;
    for (const { labels, value, suffix } of samples) {
      text += `${name}${suffix ?? ""}${labelText(labels)} ${valueText(value)}\n`;
      lines += 1;
      if (lines % pieceLines > 0) continue;
      yield text;
      text = "";
    }
    yield text;
  }
}

/** There may be tens of thousands of these: most labels need no escaping. */
function labelText(labels: Labels): string {
  let text = "";
  for (const name in labels) {
    const value = labels[name] ?? "";
    text += `${text === "" ? "{" : ","}${name}="${special.test(value) ? escapeLabel(value) : value}"`;
  }
  return text === "" ? "" : `${text}}`;
}

function valueText(value: number): string {
  if (value === Infinity) return "+Inf";
  return value === -Infinity ? "-Inf" : String(value);
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
