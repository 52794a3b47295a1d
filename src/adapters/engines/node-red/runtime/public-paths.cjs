"use strict";
/** Shows flows the path that their callers asked for: the private prefix is for finding the version, and nobody else's business. */

/** The prefix of one version, wherever the root for nodes is. */
const privatePrefix = /\/~[A-Za-z0-9-]+(?=[/?]|$)/;

module.exports = function showPublicPaths(RED) {
  if (!RED.httpNode) return;
  const seen = new WeakSet();
  // Before any route: an error page names this path, also where no route is found.
  RED.httpNode.use(function hidePrefix(request, _response, next) {
    request.originalUrl = publicly(request.originalUrl || request.url);
    next();
  });
  RED.events.on("flows:started", () => {
    for (const { route } of routesOf(RED.httpNode)) {
      if (seen.has(route)) continue;
      seen.add(route);
      putFirst(route);
    }
  });
};

function routesOf(app) {
  const router = app._router || app.router;
  return (router ? router.stack : []).filter(({ route }) => route && typeof route.path === "string" && route.path.startsWith("/~"));
}

/** Once the route is found, its handlers read the public path. */
function putFirst(route) {
  const [method] = Object.keys(route.methods);
  if (typeof route[method] !== "function") return;
  // What flows read of the route; Express goes on with its own.
  const shown = Object.create(route, { path: { value: publicly(route.path), enumerable: true } });
  route[method](function showPublicPath(request, _response, next) {
    request.url = publicly(request.url);
    rereadAddress(request);
    request.route = shown;
    next();
  });
  route.stack.unshift(route.stack.pop());
}

/** Flows read what Express keeps of the address too (`req._parsedUrl`); Express reads it anew when it is asked for the path of another one. */
function rereadAddress(request) {
  return request.path;
}

function publicly(url) {
  const shown = url.replace(privatePrefix, "");
  return shown.startsWith("/") ? shown : `/${shown}`;
}
