/** `pinion completion bash | zsh | fish`: scripts that ask the program itself, so that they never know less than it does. */

import { Argument } from "commander";
import type { Overview } from "../../../api/views.ts";
import { candidates } from "../asking/candidates.ts";
import { clientFor, defaultConfig } from "../asking/controller-option.ts";
import { type AddCommand, print, type Session } from "../terminal/session.ts";

type Shell = "bash" | "zsh" | "fish";

const scripts: Readonly<Record<Shell, string>> = {
  bash: `# Completion of pinion for bash: source <(pinion completion bash)
_pinion() {
  local IFS=$'\\n'
  COMPREPLY=($(pinion __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _pinion pinion
`,
  zsh: `#compdef pinion
# Completion of pinion for zsh: source <(pinion completion zsh)
_pinion() {
  local -a found
  found=("\${(@f)$(pinion __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found" ]]; then compadd -- "\${found[@]}"; else _files; fi
}
compdef _pinion pinion
`,
  fish: `# Completion of pinion for fish: pinion completion fish | source
complete -c pinion -a '(pinion __complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
};

export const addCompletion: AddCommand = (program, session, finish) => {
  program
    .command("completion")
    .description("print a script that completes commands, options, environments and processes")
    .addArgument(new Argument("<shell>", "the shell").choices(Object.keys(scripts)))
    .addHelpText(
      "after",
      `
Environments and processes are those of the controller that --config or PINION_CONTROLLER names, if it answers within a second.

Examples:
  source <(pinion completion bash)                                       # in ~/.bashrc
  source <(pinion completion zsh)                                        # in ~/.zshrc, after compinit
  pinion completion fish > ~/.config/fish/completions/pinion.fish
`,
    )
    .action((shell: Shell) => {
      session.world.stdout.write(scripts[shell]);
      finish(0);
    });
  program
    .command("__complete", { hidden: true })
    .argument("[words...]", "the words so far, the last one unfinished")
    .action(async (words: readonly string[]) => {
      print(session, await candidates(program, words, (config) => ask(session, config)));
      finish(0);
    });
};

const patienceMs = 1_000;

/** Null: nobody answers in time, and a shell does not wait. */
async function ask(session: Session, config: string | null): Promise<Overview | null> {
  const tooLate = new AbortController();
  const late = session.world.sleep(patienceMs, tooLate.signal).then(() => null);
  const asked = clientFor(session, { config: config ?? defaultConfig })
    .then((client) => client.overview({}))
    .catch(() => null);
  return Promise.race([asked, late]).finally(() => tooLate.abort());
}
