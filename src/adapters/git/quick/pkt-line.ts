/** The lines that git's protocol is made of: four hexadecimal digits of length, then bytes. */

export type PktLine = { readonly kind: "data"; readonly bytes: Uint8Array } | { readonly kind: "flush" | "delimiter" };

export const flushLine = Buffer.from("0000");
export const delimiterLine = Buffer.from("0001");

const headLength = 4;

export function pktLine(text: string): Uint8Array {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from((bytes.length + headLength).toString(16).padStart(headLength, "0")), bytes]);
}

/** @throws Error for bytes that are no such lines. */
export function readPktLines(bytes: Uint8Array): readonly PktLine[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lines: PktLine[] = [];
  for (let at = 0; at < buffer.length;) {
    const head = buffer.toString("latin1", at, at + headLength);
    const length = /^[0-9a-f]{4}$/i.test(head) ? Number.parseInt(head, 16) : -1;
    if (length < 0 || at + length > buffer.length || length === 3) throw new Error("the server does not speak git's protocol");
    if (length < headLength) lines.push({ kind: length === 1 ? "delimiter" : "flush" });
    else lines.push({ kind: "data", bytes: buffer.subarray(at + headLength, at + length) });
    at += Math.max(length, headLength);
  }
  return lines;
}

/** What came on the first band of lines that have one. @throws Error with what came on the third, which is for failures. */
export function firstBand(lines: readonly PktLine[]): Buffer {
  const chunks: Uint8Array[] = [];
  for (const line of lines) {
    if (line.kind !== "data") continue;
    if (line.bytes[0] === 3) throw new Error(Buffer.from(line.bytes.subarray(1)).toString());
    if (line.bytes[0] === 1) chunks.push(line.bytes.subarray(1));
  }
  return Buffer.concat(chunks);
}
