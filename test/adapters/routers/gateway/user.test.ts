import { describe, expect, it } from "vitest";
import { isolateGateway } from "../../../../src/adapters/routers/gateway/user.ts";

describe("whom the gateway runs as", () => {
  it("is the user named, or the controller where there is none or it is root", async () => {
    expect(await isolateGateway("20011", true)).toEqual({ uid: 20_011, gid: 20_011 });
    expect(await isolateGateway("root", true)).toBeNull();
    expect(await isolateGateway(null, false)).toBeNull();
  });

  it("is nobody when the user named cannot be had", async () => {
    await expect(isolateGateway("no-such-user", true)).rejects.toMatchObject({ code: "config/invalid" });
    await expect(isolateGateway("20011", false)).rejects.toThrow(/runs as root/);
  });
});
