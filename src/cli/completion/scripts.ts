/** Shells that we know, with the script that makes each complete `btfx`. */
export const SCRIPTS: Readonly<Record<"bash" | "zsh" | "fish", string>> = {
  // bash 3.2 of macOS has no compopt, and no negative indexes.
  bash: `# bash completion for btfx. In ~/.bashrc:   source <(btfx completion bash)
# or once:   btfx completion bash > ~/.local/share/bash-completion/completions/btfx
_btfx() {
  local words=() at=0 i line files=
  # Readline ends words at = and :, btfx does not.
  for ((i = 1; i < \${#COMP_WORDS[@]}; i++)); do
    if ((i > 1)) && [[ \${COMP_WORDS[i]} == [=:]* || \${COMP_WORDS[i - 1]} == [=:] ]]; then
      words[\${#words[@]} - 1]+=\${COMP_WORDS[i]}
    else
      words+=("\${COMP_WORDS[i]}")
    fi
    if ((i == COMP_CWORD)); then at=$((\${#words[@]} - 1)); fi
  done
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ -z $files ]]; then files=$line; else COMPREPLY+=("\${line%%$'\\t'*}"); fi
  done < <("\${COMP_WORDS[0]}" completion bash -- "$at" "\${words[@]}" 2>/dev/null)
  local current=\${COMP_WORDS[COMP_CWORD]}
  if [[ $current == --*=* ]]; then COMPREPLY=("\${COMPREPLY[@]/#/\${current%%=*}=}"); fi
  if [[ $files == no-files ]]; then
    compopt +o default 2>/dev/null
  elif ((\${#COMPREPLY[@]} > 0)); then
    compopt -o filenames 2>/dev/null
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
  fi
}
complete -o default -F _btfx btfx
`,
  zsh: `#compdef btfx
# zsh completion for btfx. In ~/.zshrc, after compinit:   source <(btfx completion zsh)
# or once:   btfx completion zsh > DIRECTORY-IN-FPATH/_btfx
_btfx() {
  local line tab=$'\\t' found=1
  local -a answer described
  answer=("\${(@f)$("\${(Q)words[1]}" completion zsh -- $((CURRENT - 2)) "\${(@)words[2,-1]}" 2>/dev/null)}")
  [[ $PREFIX == --*=* ]] && compset -P '*='
  for line in "\${(@)answer[2,-1]}"; do
    described+=("\${\${line%%$tab*}//:/\\\\:}:\${line#*$tab}")
  done
  _describe -t words word described && found=0
  [[ $answer[1] == files ]] && _files && found=0
  return found
}
if [[ $funcstack[1] == _btfx ]]; then _btfx "$@"; else compdef _btfx btfx; fi
`,
  fish: `# fish completion for btfx. Once:   btfx completion fish > ~/.config/fish/completions/btfx.fish
function __btfx_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l all (commandline -op)
    set -l behind $all[(math (count $before) + 1 + (test -n "$current"; and echo 1; or echo 0))..]
    set -l answer ($before[1] completion fish -- (math (count $before) - 1) $before[2..] "$current" $behind 2>/dev/null)
    set -l option (string match -r -- '^--[^=]*=' "$current")
    for line in $answer[2..]
        echo -- "$option$line"
    end
    if test "$answer[1]" = files
        for path in (__fish_complete_path (string replace -r -- '^--[^=]*=' '' "$current"))
            echo -- "$option$path"
        end
    end
end
complete -c btfx -f -a '(__btfx_complete)'
`,
};

/** A shell that {@link SCRIPTS} has a script for. */
export type Shell = keyof typeof SCRIPTS;
