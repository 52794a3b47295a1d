/** The process of a new config repository: two versions of a greeting, small enough to be read in a minute. */

/** A version file; the catalogue lists its digest. */
export interface ScaffoldVersion {
  readonly version: string;
  readonly text: string;
}

const first = `# One version of the process, whole. It never changes once it is published: a change is a new version.
version: 1.0.0
title: Hello
description: Answers GET /hello with a greeting.
author: team-hello
changelog:
  - { type: added, description: First version., impact: feature, affectedComponents: [greet] }
tags: [example]
# Smoke tests, asked before the version gets any traffic.
checks:
  - name: greets the world
    request: { method: GET, path: /hello }
    expect: { status: 200, json: { message: "Hello, world" } }
definition:
  nodes:
    - { id: receive, type: http in, title: GET /hello, position: { x: 120, y: 80 }, config: { method: get, url: /hello } }
    - id: greet
      type: function
      title: Greet
      position: { x: 300, y: 80 }
      config:
        outputs: 1
        func: |
          msg.payload = { message: "Hello, world", version: env.get("PINION_VERSION") };
          return msg;
    - { id: answer, type: http response, title: Answer, position: { x: 480, y: 80 }, config: { statusCode: "", headers: {} } }
  connections:
    - { from: { node: receive, port: 0 }, to: { node: greet, port: 0 } }
    - { from: { node: greet, port: 0 }, to: { node: answer, port: 0 } }
  config: {}
`;

const second = `version: 1.1.0
title: Hello
description: Greets by name, in the words of the environment.
author: team-hello
changelog:
  - { type: added, description: "GET /hello?name=Ada greets Ada.", impact: feature, affectedComponents: [greet] }
  - { type: changed, description: The greeting is the variable GREETING of environment.yaml., impact: feature, affectedComponents: [greet] }
tags: [example]
checks:
  - name: greets the world
    request: { method: GET, path: /hello }
    expect: { status: 200, json: { version: "1.1.0" } }
  - name: greets by name
    request: { method: GET, path: "/hello?name=Ada" }
    expect: { status: 200, json: { name: Ada } }
definition:
  nodes:
    - { id: receive, type: http in, title: GET /hello, position: { x: 120, y: 80 }, config: { method: get, url: /hello } }
    - id: greet
      type: function
      title: Greet by name
      position: { x: 300, y: 80 }
      config:
        outputs: 1
        func: |
          const name = msg.req.query.name || "world";
          const greeting = env.get("GREETING") || "Hello";
          msg.payload = { message: greeting + ", " + name, name, version: env.get("PINION_VERSION") };
          return msg;
    - { id: answer, type: http response, title: Answer, position: { x: 480, y: 80 }, config: { statusCode: "", headers: {} } }
  connections:
    - { from: { node: receive, port: 0 }, to: { node: greet, port: 0 } }
    - { from: { node: greet, port: 0 }, to: { node: answer, port: 0 } }
  config: {}
`;

export const helloVersions: readonly ScaffoldVersion[] = [
  { version: "1.0.0", text: first },
  { version: "1.1.0", text: second },
];

/** process.yaml with the digests of the versions. */
export function helloProcess(digests: readonly { readonly version: string; readonly digest: string }[]): string {
  const versions = digests.map(
    ({ version, digest }) =>
      `  - version: ${version}\n    status: published # draft | published | deprecated | archived\n    digest: ${digest}\n`,
  );
  return `# Identity and owner of the process, and the catalogue of its versions. A version that is published carries the digest of
# its file: content that does not match it is refused. \`pinion digest --write\` adds the digest of a new version.
id: hello
title: Hello
description: Answers GET /hello.
owner: team-hello
engine: node-red
versions:
${versions.join("")}`;
}
