/** Bytes to text, strictly: what is not UTF-8 is refused with its place instead of being read as something else. */

import { isUtf8 } from "node:buffer";
import type { Finding } from "../../../domain/finding.ts";
import { finding, type Place } from "./findings.ts";

export type Decoded =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "refused"; readonly findings: readonly Finding[] };

/** The text of a file without its byte order mark. */
export function decodeText(bytes: Uint8Array, file: string): Decoded {
  if (startsWith(bytes, lfsPointer)) return refused(finding({ file, line: 1, column: 1, pointer: "" }, "file/lfs-pointer", pointerText));
  if (startsWith(bytes, gitCrypt)) return refused(finding({ file, line: 1, column: 1, pointer: "" }, "file/encrypted", encryptedText));
  const nul = bytes.indexOf(0);
  if (nul >= 0) return refused(finding(placeOfByte(bytes, nul, file), "file/nul-byte", "the file contains a NUL byte"));
  try {
    return { kind: "text", text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    const at = placeOfByte(bytes, firstBadByte(bytes), file);
    return refused(finding(at, "file/encoding", "the file is not UTF-8"));
  }
}

/** What git holds of a file that is kept in Git LFS; Pinion reads what git holds. */
const lfsPointer = "version https://git-lfs.github.com/spec/";
const pointerText = "this is a Git LFS pointer, not the file itself";

/** How what git-crypt has encrypted begins. */
const gitCrypt = "\0GITCRYPT\0";
const encryptedText = "this is encrypted with git-crypt";

function startsWith(bytes: Uint8Array, text: string): boolean {
  return Buffer.from(bytes.subarray(0, text.length)).toString("latin1") === text;
}

function refused(found: Finding): Decoded {
  return { kind: "refused", findings: [found] };
}

/** Looked at in one piece: comparing byte by byte is slow, and a file has five million of them. */
const pieceBytes = 64 * 1024;

/** The first piece that is no UTF-8 is compared with what a forgiving decoder makes of it. */
function firstBadByte(bytes: Uint8Array): number {
  let start = 0;
  for (let end = endOfPiece(bytes, start); end < bytes.length && isUtf8(bytes.subarray(start, end)); end = endOfPiece(bytes, start))
    start = end;
  const piece = bytes.subarray(start, endOfPiece(bytes, start));
  const again = Buffer.from(Buffer.from(piece).toString("utf8"), "utf8");
  const end = Math.min(again.length, piece.length);
  for (let index = 0; index < end; index++) if (again[index] !== piece[index]) return start + index;
  return start + end;
}

/** Before a byte that begins a character, where one is near. */
function endOfPiece(bytes: Uint8Array, start: number): number {
  const end = Math.min(bytes.length, start + pieceBytes);
  const continued = [0, 1, 2, 3].find((back) => ((bytes[end - back] ?? 0) & 0xc0) !== 0x80) ?? 0;
  return end === bytes.length ? end : end - continued;
}

function placeOfByte(bytes: Uint8Array, offset: number, file: string): Place {
  let line = 1;
  let lineStart = 0;
  for (let index = 0; index < offset; index++) {
    if (bytes[index] !== newline) continue;
    line += 1;
    lineStart = index + 1;
  }
  const column = Buffer.from(bytes.subarray(lineStart, offset)).toString("utf8").length + 1;
  return { file, line, column, pointer: "" };
}

const newline = 10;
