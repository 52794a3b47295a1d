import { routerContract } from "../../../contracts/router.ts";
import { openSetting } from "./setting.ts";

routerContract("the gateway", async () => {
  const setting = await openSetting();
  // One server is all versions: the private prefix says which.
  const versions = await setting.backend((request, response) => response.end(request.url?.split("/")[1]?.slice(1)));
  return {
    router: setting.router,
    async send(environment, method, path) {
      const answer = await fetch(`${setting.gateway.url}/${environment}${path}`, { method });
      const body = await answer.text();
      return answer.status === 404 ? null : body;
    },
    targets: (version) => [{ instance: "a", url: `${versions.url}/~${version}` }],
    cutOff: () => setting.gateway.close(0),
    close: () => setting.close(),
  };
});
