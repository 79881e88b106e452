"""`syncer completion`: prints a script that completes commands and options in a shell."""

from __future__ import annotations

import shlex
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

EXAMPLE = """\
  syncer completion bash > ~/.local/share/bash-completion/completions/syncer
  syncer completion zsh > "${fpath[1]}/_syncer"
  syncer completion fish > ~/.config/fish/completions/syncer.fish
"""

_BASH = """\
_syncer() {{
    local word="${{COMP_WORDS[COMP_CWORD]}}" words={top} each
    for each in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case "$each" in
{cases}
            *) continue ;;
        esac
        break
    done
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o default -F _syncer syncer
"""
_BASH_CASE = "            {name}) words={words} ;;"

_ZSH = """\
#compdef syncer
_syncer() {{
    local -a words_of_command=({top})
    case "${{words[2,CURRENT-1][(r)({names})]}}" in
{cases}
    esac
    compadd -- $words_of_command || _files
}}
if [ "$funcstack[1]" = _syncer ]; then _syncer "$@"; else compdef _syncer syncer; fi
"""
_ZSH_CASE = "        {name}) words_of_command=({words}) ;;"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the shell."""
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="the shell that reads the script")


def run(args: Namespace) -> int:
    """Print the script. Return 0."""
    from syncer.cli.parser import words

    commands = words()
    match args.shell:
        case "bash":
            print(_script(_BASH, _BASH_CASE, commands, quoted=True), end="")
        case "zsh":
            print(_script(_ZSH, _ZSH_CASE, commands, quoted=False), end="")
        case _:
            print("\n".join(_fish_lines(commands)))
    return 0


def _script(script: str, case: str, commands: dict[str, dict[str, str]], *, quoted: bool) -> str:
    def joined(words: dict[str, str]) -> str:
        text = " ".join(words)
        return shlex.quote(text) if quoted else text

    top, *_ = commands.values()
    named = {name: words for name, words in commands.items() if name}
    cases = "\n".join(case.format(name=name, words=joined(words)) for name, words in named.items())
    return script.format(top=joined(top), names="|".join(named), cases=cases)


def _fish_lines(commands: dict[str, dict[str, str]]) -> Iterator[str]:
    for name, words in commands.items():
        condition = f"__fish_seen_subcommand_from {name}" if name else "__fish_use_subcommand"
        for word, meaning in words.items():
            what = f"-l {word[2:]}" if word.startswith("--") else f"-a {word}"
            yield f"complete -c syncer -n {shlex.quote(condition)} {what} -d {shlex.quote(meaning)}"
