/** Reads what others send no further than there is use for it: the limit is asked while reading, not when all of it is there. */

type Stream = AsyncIterable<Uint8Array>;

/** More was sent than is read. The message is for people, and says how much is allowed. */
export class TooLong extends Error {}

/**
 * All of it as text. Null is an empty body.
 * @throws TooLong past the limit; leaving early destroys the stream and what it comes from, unless its owner says otherwise.
 */
export async function readWithin(stream: Stream | null, largestBytes: number): Promise<string> {
  return new TextDecoder().decode(await readBytesWithin(stream, largestBytes));
}

/** All of it. @throws TooLong, as above. */
export async function readBytesWithin(stream: Stream | null, largestBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream ?? nothing()) {
    bytes += chunk.length;
    if (bytes > largestBytes) throw new TooLong(describeTooLong(largestBytes));
    chunks.push(chunk);
  }
  return joined(chunks, bytes);
}

/** For people. */
export function describeTooLong(largestBytes: number): string {
  return `it is longer than ${describeSize(largestBytes)}, the limit`;
}

async function* nothing(): Stream & AsyncGenerator<Uint8Array> {
  // Nothing was sent.
}

function joined(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function describeSize(bytes: number): string {
  const mebibytes = bytes / (1024 * 1024);
  return mebibytes >= 1 ? `${Math.floor(mebibytes)} MiB` : `${Math.floor(bytes / 1024)} KiB`;
}
