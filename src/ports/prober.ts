/** One HTTP answer, whole and bounded. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most 1 MiB of it. */
  readonly body: string;
  readonly durationMs: number;
}

export interface ProbeRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly timeoutMs: number;
}

/** Asks a version over HTTP, as a caller would. */
export interface Prober {
  /** Any answer is an answer. @throws Error with a message for people when there is none in time. */
  ask(request: ProbeRequest, signal?: AbortSignal): Promise<Answer>;
}
