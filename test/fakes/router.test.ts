import { describe, expect, it } from "vitest";
import { digestOf, routerContract } from "../contracts/router.ts";
import { createFakeRouter } from "./router.ts";

routerContract("the fake router", async () => {
  const router = createFakeRouter();
  return {
    router,
    send: async (environment, method, path) => router.receive(environment, method, path),
    targets: (version) => [{ instance: "a", url: `http://127.0.0.1:1/~${version}` }],
    cutOff: async () => router.setUnreachable("cut off"),
    close: async () => {},
  };
});

describe("the fake router's controls", () => {
  const share = {
    version: "1.0.0",
    digest: digestOf("a"),
    weight: 100,
    endpoints: [{ method: "GET", path: "/" }],
    targets: [{ instance: "a", url: "http://127.0.0.1:1" }],
  };

  it("reports what a test says is in flight, also after the route is gone", async () => {
    const router = createFakeRouter();
    await router.ensureRoutes("production", [{ process: "p", timeoutMs: 1, sticky: null, shares: [share] }]);
    router.setInFlight("production", share.digest, 2);
    await router.ensureRoutes("production", [{ process: "p", timeoutMs: 1, sticky: null, shares: [] }]);
    expect(await router.traffic("production")).toMatchObject([{ process: "p", digest: share.digest, inFlight: 2 }]);
  });

  it("logs calls, counts failures and shows weights", async () => {
    const router = createFakeRouter();
    await router.ensureRoutes("production", [{ process: "p", timeoutMs: 1, sticky: null, shares: [share] }]);
    router.receive("production", "GET", "/", "failed");
    expect(await router.traffic("production")).toMatchObject([{ requests: 1, errors: 1 }]);
    expect(router.weights("production", "p")).toEqual({ "1.0.0": 100 });
    expect(router.calls.map((call) => call.call)).toEqual(["ensureRoutes", "traffic"]);
  });
});
