/** Cuts the binary stream of `git cat-file --batch-command` into answers. */

export type BatchAnswer =
  | { readonly kind: "info"; readonly id: string; readonly type: string; readonly size: number }
  /** `body` is null when the object is larger than what may be read; its bytes were let go as they came. */
  | { readonly kind: "contents"; readonly id: string; readonly type: string; readonly size: number; readonly body: Uint8Array | null }
  | { readonly kind: "missing"; readonly line: string };

export interface BatchParserOptions {
  /** Whether the next answer carries a body: answers come in the order of the questions. */
  readonly expectsBody: () => boolean;
  readonly onAnswer: (answer: BatchAnswer) => void;
  readonly maxBytes: number;
}

interface Body {
  readonly id: string;
  readonly type: string;
  readonly size: number;
  /** With the newline behind it. */
  remaining: number;
  readonly chunks: Buffer[] | null;
}

const newline = 10;
const found = /^([0-9a-f]{40,64}) (\w+) (\d+)$/;

/** Feed it chunks of any size; it calls back once for every whole answer. */
export function createBatchParser({ expectsBody, onAnswer, maxBytes }: BatchParserOptions): (chunk: Buffer) => void {
  let head: Buffer[] = [];
  let body: Body | null = null;

  function takeHead(chunk: Buffer): Buffer {
    const end = chunk.indexOf(newline);
    if (end < 0) {
      head.push(chunk);
      return chunk.subarray(chunk.length);
    }
    const line = Buffer.concat([...head, chunk.subarray(0, end)]).toString("latin1");
    head = [];
    beginAnswer(line);
    return chunk.subarray(end + 1);
  }

  function beginAnswer(line: string): void {
    const [, id, type, digits] = found.exec(line) ?? [];
    if (id === undefined || type === undefined) return onAnswer({ kind: "missing", line });
    const size = Number(digits);
    if (expectsBody()) body = { id, type, size, remaining: size + 1, chunks: size > maxBytes ? null : [] };
    else onAnswer({ kind: "info", id, type, size });
  }

  function takeBody(chunk: Buffer, open: Body): Buffer {
    const part = chunk.subarray(0, open.remaining);
    open.remaining -= part.length;
    open.chunks?.push(part);
    if (open.remaining > 0) return chunk.subarray(part.length);
    body = null;
    const { id, type, size, chunks } = open;
    onAnswer({ kind: "contents", id, type, size, body: chunks && joined(chunks, size) });
    return chunk.subarray(part.length);
  }

  return (chunk) => {
    let rest = chunk;
    while (rest.length > 0) rest = body ? takeBody(rest, body) : takeHead(rest);
  };
}

/** A copy, so that a small file does not keep the pipe's whole buffer in memory. */
function joined(chunks: readonly Buffer[], size: number): Uint8Array {
  return new Uint8Array(Buffer.concat(chunks, size));
}
