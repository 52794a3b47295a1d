/** The files of a new config repository, by path. */

import { parse } from "yaml";
import type { JsonObject } from "../../../domain/desired/definition.ts";
import type { VersionDigest } from "../../../domain/names.ts";
import { helloProcess, helloVersions } from "./hello.ts";

type Files = ReadonlyMap<string, string>;

/** What `pinion validate` has nothing to say about. */
export function scaffoldRepository(digestOfFile: (file: JsonObject) => VersionDigest): Files {
  const digests = helloVersions.map(({ version, text }) => ({ version, digest: digestOfFile(parse(text) as JsonObject) }));
  return new Map([
    ["README.md", readme],
    ["CODEOWNERS", codeOwners],
    ["processes/hello/process.yaml", helloProcess(digests)],
    ...helloVersions.map(({ version, text }) => [`processes/hello/versions/${version}.yaml`, text] as const),
    ["environments/development/environment.yaml", development],
    ["environments/development/pins.yaml", pins("development", "1.1.0")],
    ["environments/staging/environment.yaml", staging],
    ["environments/staging/pins.yaml", pins("staging", "1.1.0")],
    ["environments/production/environment.yaml", production],
    ["environments/production/pins.yaml", pins("production", "1.0.0")],
  ]);
}

function pins(environment: string, version: string): string {
  return `# What runs in ${environment}: one line for each process, and nothing else.\nhello: ${version}\n`;
}

const development = `name: development
type: development
description: Where versions are tried; drafts are allowed.
strategy:
  type: recreate # the old version goes before the new one comes
restrictions:
  allowedVersionTypes: [draft, published]
drainTimeout: 5s
variables:
  GREETING: Hi
`;

const staging = `name: staging
type: staging
description: Production as it will be.
strategy:
  type: blue-green
restrictions:
  allowedVersionTypes: [published]
drainTimeout: 10s
variables:
  GREETING: Hello
`;

const production = `name: production
type: production
description: What customers use.
strategy:
  type: blue-green # the new version is checked beside the old one, then gets all traffic at once
  config:
    switchTrafficDelay: 1s
    keepOldVersion: true # going back is a matter of the router alone
deploymentTimeout: 5m
restrictions:
  allowedVersionTypes: [published]
  maxConcurrentDeployments: 3
selfHeal: true # manual changes in the engine are undone
variables:
  GREETING: Hello
# A secret is named here and never written here.
# secrets:
#   API_KEY: { env: HELLO_API_KEY }
`;

const codeOwners = `# The person who merges a change to a pin approves the deployment. Put your own teams here; the last line that matches counts.
*                            @your-org/platform
/processes/hello/            @your-org/team-hello
/environments/production/    @your-org/release
`;

const readme = `# Config repository

Pinion runs what the branch \`main\` of this repository says: it polls the branch and deploys the differences.

- \`processes/<id>/versions/<version>.yaml\`: one file for each version of a process. It never changes once published.
- \`processes/<id>/process.yaml\`: the owner, and the catalogue of versions with their status and digest.
- \`environments/<name>/pins.yaml\`: which version runs there. Changing a line and merging it is a deployment.
- \`environments/<name>/environment.yaml\`: how it is rolled out there, and the variables that processes get.

## Everyday work

| to | do |
|---|---|
| deploy | change the version in \`environments/production/pins.yaml\`, commit and push it to \`main\` |
| roll back | \`git revert\` that commit and push, or \`pinion rollback\` and \`git pull\` |
| add a version | copy a version file, change it, and list it in \`process.yaml\`; \`pinion digest --write\` adds its digest |
| check before merging | \`pinion validate\`, and \`pinion plan\` for what merging would do |
| compare two versions | \`pinion diff processes/hello/versions/1.0.0.yaml processes/hello/versions/1.1.0.yaml\` |
| see what runs | \`pinion status\`, \`pinion history\` |
`;
