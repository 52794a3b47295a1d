/** What every router must do, fake or real. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Digest, EnvironmentName, Version } from "../../src/domain/names.ts";
import type { Route, Share, Target } from "../../src/domain/observed/route.ts";
import type { Router } from "../../src/ports/router.ts";

/** A router, and the callers and versions around it. */
export interface RouterUnderTest {
  readonly router: Router;
  /** A caller's request to the environment's public address: the version that answered, or null for 404. */
  send(environment: EnvironmentName, method: string, path: string): Promise<Version | null>;
  /** Something that answers as this version. */
  targets(version: Version): readonly Target[];
  /** Makes the router unreachable for its user. */
  cutOff(): Promise<void>;
  close(): Promise<void>;
}

/** A digest that is all one digit. */
export function digestOf(digit: string): Digest {
  return `sha256-${digit.repeat(64)}`;
}

const endpoints = [
  { method: "GET", path: "/orders" },
  { method: "POST", path: "/orders" },
];

/** Runs the contract on what `make` makes; each test gets its own. */
export function routerContract(name: string, make: () => Promise<RouterUnderTest>): void {
  describe(`${name} keeps the router contract`, () => {
    let under: RouterUnderTest;
    beforeEach(async () => {
      under = await make();
    });
    afterEach(() => under.close());

    const share = (version: Version, digit: string, weight: number): Share => ({
      version,
      digest: digestOf(digit),
      weight,
      endpoints,
      targets: under.targets(version),
    });
    const route = (shares: readonly Share[], process = "order-intake"): Route => ({ process, timeoutMs: 5_000, sticky: null, shares });
    const versions = async (count: number, environment = "production") => {
      const seen: Record<string, number> = {};
      for (let n = 0; n < count; n++) {
        const version = String(await under.send(environment, "GET", "/orders"));
        seen[version] = (seen[version] ?? 0) + 1;
      }
      return seen;
    };

    it("knows no routes and no traffic of an environment it has never heard of", async () => {
      expect(await under.router.routes("production")).toEqual([]);
      expect(await under.router.traffic("production")).toEqual([]);
      expect(await under.send("production", "GET", "/orders")).toBeNull();
    });

    it("gives back the routes it was given, and does so again when asked twice", async () => {
      const wanted = [
        { ...route([share("1.0.0", "a", 80), share("1.1.0", "b", 20)]), sticky: { kind: "header" as const, name: "x-session" } },
      ];
      await under.router.ensureRoutes("production", wanted);
      await under.router.ensureRoutes("production", wanted);
      expect(await under.router.routes("production")).toEqual(wanted);
    });

    it("keeps why traffic was taken back until the route is set without it", async () => {
      const wanted = route([share("1.0.0", "a", 100)]);
      const takenBack = { deployment: "production/order-intake/7", trigger: "error_rate", why: "error_rate 40 %, allowed <= 5 %" };
      await under.router.ensureRoutes("production", [{ ...wanted, takenBack }]);
      await under.router.ensureRoutes("production", [route([share("2.0.0", "c", 100)], "payments")]);
      expect((await under.router.routes("production")).find(({ process }) => process === "order-intake")).toEqual({ ...wanted, takenBack });
      expect(await versions(2)).toEqual({ "1.0.0": 2 });
      await under.router.ensureRoutes("production", [wanted]);
      expect((await under.router.routes("production")).find(({ process }) => process === "order-intake")).toEqual(wanted);
    });

    it("shares requests out by weight", async () => {
      await under.router.ensureRoutes("production", [route([share("1.0.0", "a", 80), share("1.1.0", "b", 20)])]);
      expect(await versions(20)).toEqual({ "1.0.0": 16, "1.1.0": 4 });
    });

    it("sends nothing to a version without weight", async () => {
      await under.router.ensureRoutes("production", [route([share("1.0.0", "a", 0), share("1.1.0", "b", 100)])]);
      expect(await versions(10)).toEqual({ "1.1.0": 10 });
    });

    it("switches at once", async () => {
      await under.router.ensureRoutes("production", [route([share("1.0.0", "a", 100), share("1.1.0", "b", 0)])]);
      await versions(3);
      await under.router.ensureRoutes("production", [route([share("1.0.0", "a", 0), share("1.1.0", "b", 100)])]);
      expect(await versions(5)).toEqual({ "1.1.0": 5 });
    });

    it("leaves the routes of other processes and other environments alone", async () => {
      const other = { ...share("3.0.0", "c", 100), endpoints: [{ method: "GET", path: "/payments" }] };
      await under.router.ensureRoutes("production", [route([share("1.0.0", "a", 100)]), route([other], "payments")]);
      await under.router.ensureRoutes("staging", [route([share("2.0.0", "d", 100)])]);
      await under.router.ensureRoutes("production", [route([share("1.1.0", "b", 100)])]);
      expect((await under.router.routes("production")).map((held) => held.process).toSorted()).toEqual(["order-intake", "payments"]);
      expect(await under.send("production", "GET", "/payments")).toBe("3.0.0");
      expect(await under.send("staging", "GET", "/orders")).toBe("2.0.0");
    });

    it("drops a route without shares, and its paths answer 404", async () => {
      await under.router.ensureRoutes("production", [route([share("1.0.0", "a", 100)])]);
      await under.router.ensureRoutes("production", [route([])]);
      expect(await under.router.routes("production")).toEqual([]);
      expect(await under.send("production", "GET", "/orders")).toBeNull();
    });

    it("counts requests per version, and keeps the counts when weights change", async () => {
      await under.router.ensureRoutes("production", [route([share("1.0.0", "a", 100)])]);
      await versions(4);
      await under.router.ensureRoutes("production", [route([share("1.0.0", "a", 50), share("1.1.0", "b", 50)])]);
      await versions(4);
      const counts = (await under.router.traffic("production")).filter((count) => count.requests > 0);
      const requests = counts.map((count) => [count.process, count.version, count.digest, count.requests, count.errors, count.inFlight]);
      expect(requests.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
        ["order-intake", "1.0.0", digestOf("a"), 6, 0, 0],
        ["order-intake", "1.1.0", digestOf("b"), 2, 0, 0],
      ]);
    });

    it("gives latencies as cumulative counts by upper bound", async () => {
      await under.router.ensureRoutes("production", [route([share("1.0.0", "a", 100)])]);
      await versions(3);
      const [count] = await under.router.traffic("production");
      const bounds = count?.latency.map((bucket) => bucket.leMs) ?? [];
      const filled = count?.latency.map((bucket) => bucket.count) ?? [];
      expect(bounds.length).toBeGreaterThan(1);
      expect(bounds).toEqual(bounds.toSorted((a, b) => a - b));
      expect(filled).toEqual(filled.toSorted((a, b) => a - b));
      expect(filled.at(-1)).toBe(3);
    });

    it("refuses weights that do not add up to 100, as a bug of its user, and changes nothing", async () => {
      await under.router.ensureRoutes("production", [route([share("1.0.0", "a", 100)])]);
      const refused = await under.router.ensureRoutes("production", [route([share("1.1.0", "b", 60)])]);
      expect(refused).toEqual([{ process: "order-intake", isAboutPath: false, why: expect.stringContaining("add up to 60") as string }]);
      expect(await versions(2)).toEqual({ "1.0.0": 2 });
    });

    it("takes or refuses each route by itself, and says which path is at fault", async () => {
      const at = (process: string, path: string) => route([{ ...share("1.0.0", "a", 100), endpoints: [{ method: "GET", path }] }], process);
      await under.router.ensureRoutes("production", [at("kept", "/kept")]);
      const wanted = [at("first", "/orders"), at("greedy", String.raw`/zz|\S+`), at("kept", "/sp ace"), at("last", "/last")];
      expect(await under.router.ensureRoutes("production", wanted)).toEqual([
        { process: "greedy", isAboutPath: true, why: expect.stringContaining(String.raw`/zz|\S+`) as string },
        { process: "kept", isAboutPath: true, why: expect.stringContaining("/sp ace") as string },
      ]);
      const asked = await Promise.all(["/orders", "/last", "/kept", "/zz"].map((path) => under.send("production", "GET", path)));
      expect(asked).toEqual(["1.0.0", "1.0.0", "1.0.0", null]);
      const held = await under.router.routes("production");
      expect(held.map(({ process }) => process).toSorted()).toEqual(["first", "kept", "last"]);
    });

    it("gives the same objects as long as nothing has changed, and another one for what has", async () => {
      const [orders, payments] = [route([share("1.0.0", "a", 100)]), route([{ ...share("2.0.0", "b", 100), endpoints: [] }], "payments")];
      await under.router.ensureRoutes("production", [orders, payments]);
      const before = await under.router.routes("production");
      await under.router.ensureRoutes("production", [orders]);
      expect(await under.router.routes("production")).toBe(before);
      await under.router.ensureRoutes("production", [route([share("1.1.0", "c", 100)])]);
      const after = await under.router.routes("production");
      const of = (routes: readonly Route[], process: string) => routes.find((each) => each.process === process);
      expect(of(after, "payments")).toBe(of(before, "payments"));
      expect(of(after, "order-intake")?.shares).toMatchObject([{ version: "1.1.0" }]);
      await under.router.ensureRoutes("production", [route([])]);
      expect(await under.router.routes("production")).toEqual([payments]);
    });

    it("counts for whom it is asked only, for all when it is not told whom, and for nobody of nobody", async () => {
      const payments = { ...share("2.0.0", "b", 100), endpoints: [{ method: "GET", path: "/payments" }] };
      await under.router.ensureRoutes("production", [route([share("1.0.0", "a", 100)]), route([payments], "payments")]);
      await versions(2);
      await under.send("production", "GET", "/payments");
      const counted = async (processes?: ReadonlySet<string>) =>
        (await under.router.traffic("production", processes)).map(({ process }) => process).toSorted();
      expect(await counted()).toEqual(["order-intake", "payments"]);
      expect(await counted(new Set(["payments"]))).toEqual(["payments"]);
      expect(await counted(new Set(["payments", ...Array.from({ length: 1_000 }, (_, index) => `process-${index}`)]))).toEqual([
        "payments",
      ]);
      expect(await counted(new Set(["unheard-of"]))).toEqual([]);
      expect(await counted(new Set())).toEqual([]);
    });

    it("has a public address that ends in the environment's name", () => {
      expect(under.router.publicAddress("production")).toMatch(/^http:\/\/.+\/production$/);
    });

    it("says router/unreachable when it is", async () => {
      await under.cutOff();
      const unreachable = { name: "PinionError", code: "router/unreachable" };
      await expect(under.router.routes("production")).rejects.toMatchObject(unreachable);
      await expect(under.router.ensureRoutes("production", [])).rejects.toMatchObject(unreachable);
      await expect(under.router.traffic("production")).rejects.toMatchObject(unreachable);
    });
  });
}
