/** `pinion validate`: every finding of a config repository, before anybody merges it. */

import { type Finding, hasErrors } from "../../../domain/finding.ts";
import { findBase } from "../repository/base-revision.ts";
import { findingJson, renderFindings, summarizeFindings } from "../terminal/findings.ts";
import { type AddCommand, type Format, formatOption, pathFrom, print, printJson, type Session } from "../terminal/session.ts";

export const addValidate: AddCommand = (program, session, finish) => {
  program
    .command("validate")
    .description("check all files of a config repository")
    .argument("[dir]", "the work tree of the repository", ".")
    .option("--base <revision>", "also find what is wrong with going from there")
    .option("--config <file>", "a pinion.yaml: what its operator does not allow is a finding too")
    .addOption(formatOption())
    .addHelpText(
      "after",
      `
Exit code 0 without errors (warnings are fine), 1 with errors, 2 when it could not run.

Examples:
  pinion validate
  pinion validate ./config-repo
  pinion validate ./config-repo --config pinion.yaml
  pinion validate --base origin/main     also what waits for each other
  pinion validate ./config-repo --format json | jq -r '.findings[] | "\\(.file):\\(.line) \\(.message)"'
`,
    )
    .action(async (directory: string, { format, config, base }: Options) => {
      const configFile = config === undefined ? null : pathFrom(session, config);
      const folder = pathFrom(session, directory);
      const place = base === undefined ? null : (await findBase(session.world.git, folder, base)).place;
      const found = await session.world.validate(folder, { configFile, base: place });
      finish(await validate(session, found, format));
    });
};

interface Options {
  readonly format: Format;
  readonly config?: string;
  readonly base?: string;
}

async function validate(session: Session, { findings }: { readonly findings: readonly Finding[] }, format: Format): Promise<number> {
  const code = hasErrors(findings) ? 1 : 0;
  if (format === "json") {
    printJson(session, { findings: findings.map(findingJson) });
    return code;
  }
  const { colors } = session;
  const summary =
    findings.length === 0 ? colors.green("no findings") : (code === 1 ? colors.red : colors.yellow)(summarizeFindings(findings));
  print(session, [...renderFindings(findings, { colors, width: session.world.columns }), ...(findings.length === 0 ? [] : [""]), summary]);
  return code;
}
