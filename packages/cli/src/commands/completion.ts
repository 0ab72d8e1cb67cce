import type { Command, Option } from "commander";
import { EXIT } from "../exit.ts";
import { print } from "../terminal.ts";

type Shell = "bash" | "zsh" | "fish";

/** Prints a script that completes commands, options and their values in a shell. Made from the commands themselves. */
export function completion(shell: Shell, program: Command): number {
  print(SCRIPTS[shell](program).join("\n"));
  return EXIT.yes;
}

const SCRIPTS: Readonly<Record<Shell, (program: Command) => string[]>> = { bash, zsh, fish };

function optionsOf(command: Command): readonly Option[] {
  return [...command.options, ...(command.createHelp().visibleOptions(command) as Option[])].filter(
    (option, i, all) => !option.hidden && all.findIndex(({ flags }) => flags === option.flags) === i,
  );
}

/** The options of a command, and those of the program, which do anywhere. */
function allOptions(program: Command, command: Command): readonly Option[] {
  return [...optionsOf(command), ...program.options.filter(({ long }) => long !== "--version")];
}

const takesValue = ({ required, optional }: Option): boolean => required || optional;
const names = ({ short, long }: Option): string[] => [short, long].filter((name) => name !== undefined);
/** Words that may stand in the place of an argument; undefined where it is a file or anybody's guess. */
const choicesOf = (command: Command): readonly string[] | undefined =>
  command.registeredArguments.find(({ argChoices }) => argChoices !== undefined)?.argChoices;

function bash(program: Command): string[] {
  const values: string[] = [];
  const words: string[] = [];
  for (const command of program.commands) {
    const options = allOptions(program, command);
    for (const option of options) {
      if (!takesValue(option)) continue;
      const patterns = names(option).map((name) => `"${command.name()} ${name}"`);
      const reply =
        option.argChoices === undefined
          ? "COMPREPLY=()"
          : `COMPREPLY=($(compgen -W "${option.argChoices.join(" ")}" -- "$word"))`;
      values.push(`    ${patterns.join(" | ")}) ${reply}; return ;;`);
    }
    const choices = choicesOf(command)?.join(" ") ?? "";
    words.push(
      `    ${command.name()}) options="${options.flatMap(names).join(" ")}" choices="${choices}" ;;`,
    );
  }
  const commands = program.commands.map((command) => command.name());
  return [
    '# bash completion of twoway: eval "$(twoway completion bash)"',
    "_twoway() {",
    `  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command="" options choices i`,
    "  COMPREPLY=()",
    "  for ((i = 1; i < COMP_CWORD; i++)); do",
    `    case \${COMP_WORDS[i]} in ${commands.join(" | ")}) command=\${COMP_WORDS[i]}; break ;; esac`,
    "  done",
    '  case "$command $before" in',
    ...values,
    "  esac",
    "  case $command in",
    `    "") options="${optionsOf(program).flatMap(names).join(" ")}" choices="${commands.join(" ")}" ;;`,
    ...words,
    "  esac",
    "  if [[ $word == -* ]]; then choices=$options; fi",
    '  COMPREPLY=($(compgen -W "$choices" -- "$word"))',
    "}",
    "# where nothing is offered, files are",
    "complete -o default -F _twoway twoway",
  ];
}

function zsh(program: Command): string[] {
  const spec = (option: Option): string => {
    const all = names(option);
    const exclude = all.length > 1 ? `'(${all.join(" ")})'{${all.join(",")}}` : "";
    const value = !takesValue(option)
      ? ""
      : option.argChoices === undefined
        ? ":value:_files"
        : `:value:(${option.argChoices.join(" ")})`;
    const about = quoted(`[${option.description.replace(/[[\]\\:]/g, "\\$&")}]${value}`);
    return exclude === "" ? `'*${all[0]}'${about}` : `${exclude}${about}`;
  };
  return [
    "#compdef twoway",
    '# zsh completion of twoway: eval "$(twoway completion zsh)", or a file named _twoway in $fpath',
    "_twoway() {",
    "  local context state state_descr line",
    "  typeset -A opt_args",
    "  _arguments -C \\",
    ...optionsOf(program).map((option) => `    ${spec(option)} \\`),
    "    '1:command:->command' '*::argument:->argument'",
    "  case $state in",
    "    command)",
    "      local -a commands=(",
    ...program.commands.map(
      (command) =>
        `        ${quoted(`${command.name()}:${command.description().replace(/[\\:]/g, "\\$&")}`)}`,
    ),
    "      )",
    "      _describe command commands ;;",
    "    argument)",
    "      case $words[1] in",
    ...program.commands.flatMap((command) => {
      const choices = choicesOf(command);
      const rest = choices === undefined ? "'*:file:_files'" : `'*:choice:(${choices.join(" ")})'`;
      return [
        `        ${command.name()})`,
        "          _arguments \\",
        ...allOptions(program, command).map((option) => `            ${spec(option)} \\`),
        `            ${rest} ;;`,
      ];
    }),
    "      esac ;;",
    "  esac",
    "}",
    'if [[ $funcstack[1] == _twoway ]]; then _twoway "$@"; else compdef _twoway twoway; fi',
  ];
}

function fish(program: Command): string[] {
  const line = (condition: string, option: Option): string => {
    const flags = names(option).map((name) =>
      name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
    );
    const value = !takesValue(option)
      ? ""
      : option.argChoices === undefined
        ? " -r"
        : ` -x -a ${quoted(option.argChoices.join(" "), FISH)}`;
    return `complete -c twoway -n ${quoted(condition, FISH)} ${flags.join(" ")}${value} -d ${quoted(option.description, FISH)}`;
  };
  return [
    "# fish completion of twoway: twoway completion fish | source",
    ...optionsOf(program).map((option) => line("__fish_use_subcommand", option)),
    ...program.commands.flatMap((command) => {
      const inside = `__fish_seen_subcommand_from ${command.name()}`;
      const choices = choicesOf(command);
      return [
        `complete -c twoway -n '__fish_use_subcommand' -f -a ${command.name()} -d ${quoted(command.description(), FISH)}`,
        ...(choices === undefined
          ? []
          : [`complete -c twoway -n ${quoted(inside, FISH)} -f -a ${quoted(choices.join(" "), FISH)}`]),
        ...allOptions(program, command).map((option) => line(inside, option)),
      ];
    }),
  ];
}

/** What ends a quoted word or means something inside, and what is written instead. */
const POSIX = /'/g;
const FISH = /[\\']/g;

function quoted(text: string, marks: typeof POSIX | typeof FISH = POSIX): string {
  return `'${text.replace(marks, marks === FISH ? "\\$&" : "'\\''")}'`;
}
