/** The pinion.yaml that belongs to a new config repository on the same machine. */

import { pathToFileURL } from "node:url";

/** Ports are fixed, so that what is printed and bookmarked stays true. */
export const scaffoldPorts = { api: 8600, gateway: 8610 } as const;

/** Text of a pinion.yaml that follows this bare repository. */
export function scaffoldControllerFile(repository: string): string {
  return `# The controller's own configuration: \`pinion run\` in this folder uses it. It belongs to the operator of Pinion, which is
# why it is not in the repository that it guards.
repository:
  url: ${JSON.stringify(pathToFileURL(repository).href)} # later: https://git.example.com/your-org/config.git
  branch: main
  allowFile: true # only for a repository on this machine
  # auth: { token: { env: PINION_GIT_TOKEN } }
  pollInterval: 5s
state: ./.pinion # mirror, journal, engines; keep it
listen: { host: 127.0.0.1, port: ${scaffoldPorts.api} } # API of \`pinion status\`; 0 picks a free port
gateway: { host: 127.0.0.1, port: ${scaffoldPorts.gateway} } # where the processes answer: /<environment>/<path>
engines:
  default: { kind: node-red, mode: embedded, instances: 1 }
  production:
    kind: node-red
    mode: embedded
    instances: 1
    # What flows may contain there; \`pinion validate --config\` says it before a merge. Anything that runs programs is left out.
    allow:
      nodes: [http in, http response, http request, function, change, switch, template, json, inject, catch, delay, link in, link out]
      modules: [] # modules of Node.js for function nodes, such as crypto
      externalModules: false
# Secrets that the repository may name, environment by environment; none where nothing is said, and never what is used above.
# environments:
#   production: { secrets: { env: ["HELLO_*"], folder: ./secrets } }
`;
}
