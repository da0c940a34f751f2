/** A script that completes command lines of `antonym` in bash and zsh: commands, options and their values, else files. */
import { flagOf } from '../support/options/option-table.js';
import { type Command, optionsOf } from './command.js';
import { commandList, loadCommands } from './command-list.js';

/**
 * The text to load with `source <(antonym completion)`; it is a list, and starts no program.
 * @param others words beside the names of commands: `help`.
 */
export async function completionScript(others: readonly string[]): Promise<string> {
  const groups = Object.entries(commandList).flatMap(([name, listed]) =>
    'commands' in listed ? [groupCaseOf(name, Object.keys(listed.commands))] : [],
  );
  const cases = [...(await loadCommands()).flatMap(casesOf), ...groups];
  return `# antonym in bash and zsh: source <(antonym completion)
[ -z "\${ZSH_VERSION:-}" ] || { autoload -Uz compinit bashcompinit && compinit && bashcompinit; }
_antonym() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then words="${[...Object.keys(commandList), ...others].join(' ')}"; else
    case "\${COMP_WORDS[1]} \${COMP_WORDS[2]} $previous" in
${cases.map((line) => `      ${line}`).join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o bashdefault -o default -F _antonym antonym
`;
}

/** Values after an option that takes one of some names; options where a word begins with a dash. */
function casesOf(command: Command): string[] {
  const options = Object.entries(optionsOf(command));
  const flags = options.flatMap(([key, { short }]) => [...(short ? [short] : []), flagOf(key)]);
  return [
    ...options.flatMap(([key, { kind }]) =>
      kind.choices ? [`"${command.name} "*" ${flagOf(key)}") words="${kind.choices.join(' ')}" ;;`] : [],
    ),
    `"${command.name} "*) [ "\${current#-}" = "$current" ] || words="${flags.join(' ')} --help" ;;`,
  ];
}

/** A group's second word. */
function groupCaseOf(name: string, secondWords: readonly string[]): string {
  return `"${name} "*) [ "$COMP_CWORD" -ne 2 ] || words="${secondWords.join(' ')} --help" ;;`;
}
