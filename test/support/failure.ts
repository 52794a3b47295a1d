/** How a call failed, as a value to look at. */

export interface Failure {
  readonly code: string;
  readonly message: string;
}

export async function failureOf(call: Promise<unknown>): Promise<Failure> {
  return call.then(
    () => ({ code: "none", message: "it did not fail" }),
    (error: Failure) => error,
  );
}
