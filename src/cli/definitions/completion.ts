import { Argument, type Command } from "commander";
import type { Shell } from "../completion/scripts.ts";
import type { Host } from "../host.ts";
import type { AddCommand } from "./command.ts";
import { addColour } from "./shared.ts";

/** `btfx completion`, which offers what `describe` has. */
export const addCompletion =
  (describe: (host: Host) => Command): AddCommand =>
  (program, host, finish) => {
    const command = program
      .command("completion")
      .summary("print the script that completes words in bash, zsh or fish")
      .description(
        "Prints a script that makes the shell complete commands, options and their values, files, and names of types and members: those of the files on the command line, else of the running kernel.",
      )
      .usage("bash|zsh|fish")
      .configureHelp({ visibleArguments: ({ registeredArguments }) => registeredArguments.slice(0, 1) })
      .addArgument(
        new Argument("<shell>", "bash, zsh or fish").choices(["bash", "zsh", "fish"] satisfies Shell[]),
      )
      .argument("[words...]", "what is typed, as the script asks");
    addColour(command)
      .example("source <(btfx completion bash)", "in ~/.bashrc; in ~/.zshrc with zsh, after compinit")
      .example("btfx completion fish > ~/.config/fish/completions/btfx.fish")
      .action(async (shell: Shell, words: string[]) => {
        const { runCompletion } = await import("../commands/completion.ts");
        finish(await runCompletion(shell, words, describe(host), host));
      });
  };
