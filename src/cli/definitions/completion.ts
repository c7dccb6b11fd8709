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
      .summary("print a completion script for bash, zsh or fish")
      .description(
        "Prints a script for the shell, which completes commands, options and their values, files, and the names of types and members, from the files on the command line or from the running kernel.",
      )
      .usage("bash|zsh|fish")
      .configureHelp({ visibleArguments: ({ registeredArguments }) => registeredArguments.slice(0, 1) })
      .addArgument(
        new Argument("<shell>", "the shell that the script is for").choices([
          "bash",
          "zsh",
          "fish",
        ] satisfies Shell[]),
      )
      .argument("[words...]", "the words typed so far, passed by the script");
    addColour(command)
      .example("source <(btfx completion bash)", "in ~/.bashrc; in ~/.zshrc with zsh, after compinit")
      .example("btfx completion fish > ~/.config/fish/completions/btfx.fish")
      .action(async (shell: Shell, words: string[]) => {
        const { runCompletion } = await import("../commands/completion.ts");
        finish(await runCompletion(shell, words, describe(host), host));
      });
  };
