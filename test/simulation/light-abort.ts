/** Abort controllers that cost next to nothing: the real ones capture a stack each time, and a run makes thousands. */

type Listener = () => void;

class LightSignal {
  aborted = false;
  reason: unknown = undefined;
  readonly #listeners = new Set<Listener>();

  addEventListener(_type: string, listener: Listener): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: string, listener: Listener): void {
    this.#listeners.delete(listener);
  }

  fire(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
  }

  /** Aborted as soon as one of them is. */
  static any(signals: readonly LightSignal[]): LightSignal {
    const both = new LightSignal();
    for (const signal of signals) {
      if (signal.aborted) both.fire(signal.reason);
      else signal.addEventListener("abort", () => both.fire(signal.reason));
    }
    return both;
  }
}

class LightController {
  readonly signal = new LightSignal();

  abort(reason: unknown = "aborted"): void {
    this.signal.fire(reason);
  }
}

/** In force while the work runs, in this process. */
export async function withLightAborts<T>(work: () => Promise<T>): Promise<T> {
  const real = { AbortController: globalThis.AbortController, AbortSignal: globalThis.AbortSignal };
  Object.assign(globalThis, { AbortController: LightController, AbortSignal: LightSignal });
  try {
    return await work();
  } finally {
    Object.assign(globalThis, real);
  }
}
