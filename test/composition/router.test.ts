import { describe, expect, it } from "vitest";
import { parseControllerConfig } from "../../src/adapters/manifest/operator/controller-config.ts";
import { endRouters, openRouter } from "../../src/composition/router.ts";
import type { OpenRouter, RouterAdapter, RouterParts } from "../../src/ports/router-adapter.ts";
import { createFakeRouter } from "../fakes/router.ts";
import { createKeptLog } from "../support/log.ts";

/** What a new kind is: an adapter, and its line in the list of them. */
function madeUp(kind: string) {
  const seen: string[] = [];
  const router = createFakeRouter();
  const opened: OpenRouter = {
    router,
    wasThere: false,
    wasDown: false,
    status: () => null,
    onChange: () => undefined,
    close: () => Promise.resolve(),
  };
  const adapter: RouterAdapter = {
    kind,
    open: ({ place, stateDirectory, command }: RouterParts) => {
      seen.push(`${kind} ${place} ${stateDirectory} ${command.length}`);
      return Promise.resolve(opened);
    },
    endLeftOvers: (stateDirectory) => Promise.resolve([{ what: `${kind} of ${stateDirectory}`, pid: 1 }]),
  };
  return { adapter, opened, seen };
}

describe("the router of a controller", () => {
  const [one, two] = [madeUp("one"), madeUp("two")];
  const adapters = [one.adapter, two.adapter];
  const open = (router: string) => {
    const config = parseControllerConfig(`repository: { url: https://git.example.com/shop.git }\n${router}`, "pinion.yaml");
    const secrets = { resolve: () => Promise.reject(new Error("none")) };
    return openRouter({ config, stateDirectory: "/state", place: "beside", secrets, log: createKeptLog() }, adapters);
  };

  it("is of the kind that pinion.yaml names, and no other is opened", async () => {
    expect(await open("router: { kind: two }\n")).toBe(two.opened);
    expect([one.seen, two.seen]).toEqual([[], ["two beside /state 2"]]);
  });

  it("is refused where its kind is unknown", async () => {
    await expect(open("")).rejects.toThrow('the kind of router "gateway" is unknown');
  });

  it("is ended by `pinion down`, of whatever kind it was", async () => {
    expect((await endRouters("/state", adapters)).map(({ what }) => what)).toEqual(["one of /state", "two of /state"]);
  });
});
