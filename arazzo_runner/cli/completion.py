"""`arazzo completion`: scripts for bash, zsh and fish, and the answers that they ask for while someone types.

A script calls ``arazzo`` with ``_ARAZZO_COMPLETE`` set and the line up to the cursor; click finds the argument or
option that is meant. An answer never fails and never complains: it would stand in the middle of someone's command line.
Text of documents is quoted for the shell, and left out where it has control characters.
"""

from __future__ import annotations

import os
import re
from functools import cached_property
from typing import Any, ClassVar, Final

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)

#: Stands at the cursor, so that the word there is never empty.
_CURSOR: Final = "\ue000"
_LONGEST_HELP: Final = 80
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_BREAKS = re.compile("[=:@]+")  #: what bash takes for a word of its own
_CLOSED_BY: Final = {"'": "'", '"': '"$`\\!'}  #: what a quote of bash ends at, or does not leave as it is
_FOR_BASH = re.compile(r"[^\w@%+=:,./^-]")

_BASH = """\
%(complete_func)s() {
    local response type value path
    COMPREPLY=()
    response=$(env COMP_WORDS="${COMP_LINE:0:COMP_POINT}" COMP_WORD="${COMP_WORDS[COMP_CWORD]}" \\
        %(complete_var)s=bash_complete "$1" 2>/dev/null </dev/null)
    while IFS=$'\\t' read -r type value; do
        case $type in
            plain) COMPREPLY+=("$value") ;;
            part) COMPREPLY+=("$value"); compopt -o nospace ;;
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            file@)  # readline takes the @ as part of the word
                while read -r path; do
                    [[ -d $path ]] && { path+=/; compopt -o nospace; }
                    printf -v path %%q "$path"
                    COMPREPLY+=("@$path")
                done < <(compgen -f -- "$value") ;;
        esac
    done <<< "$response"
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""

_ZSH = """\
#compdef %(prog_name)s

%(complete_func)s() {
    local -a response plain described parts
    local type value about
    response=("${(@f)$(env COMP_WORDS="${(j: :)words[1,CURRENT]}" \\
        %(complete_var)s=zsh_complete ${(Q)words[1]} 2>/dev/null </dev/null)}")
    for type value about in $response; do
        case $type in
            plain) if [[ $about == _ ]]; then plain+=("$value"); else described+=("$value:$about"); fi ;;
            part) parts+=("$value:$about") ;;
            dir) _path_files -/ ;;
            file) [[ $value == _ ]] || compset -P "${(b)value}"; _path_files -f ;;
        esac
    done
    (( $#parts )) && _describe -V unsorted parts -U -S ''
    (( $#described )) && _describe -V unsorted described -U
    (( $#plain )) && compadd -U -V unsorted -a plain
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""

_FISH = """\
function %(complete_func)s
    set -l line (commandline -cp | string collect)
    set -l program (commandline -opc)[1]
    for offer in (env %(complete_var)s=fish_complete COMP_WORDS=$line $program 2>/dev/null </dev/null)
        set -l pair (string split -m1 \\t -- $offer)
        switch $pair[1]
            case file
                set -l typed (commandline -ct | string unescape)
                set -l from (math 1 + (string length -- "$pair[2]"))
                for path in (__fish_complete_path (string sub -s $from -- "$typed"))
                    echo -- $pair[2]$path
                end
            case dir
                __fish_complete_directories
            case plain part
                echo -- $pair[2]
        end
    end
end

complete --no-files --keep-order --command %(prog_name)s --arguments '(%(complete_func)s)'
"""

#: Where each script goes.
_INSTALL: Final = {
    "bash": 'add to ~/.bashrc:  eval "$(arazzo completion bash)"',
    "zsh": 'add to ~/.zshrc, after compinit:  eval "$(arazzo completion zsh)"',
    "fish": "arazzo completion fish > ~/.config/fish/completions/arazzo.fish",
}


class _Answers(ShellComplete):
    """What the three shells have in common: a line up to the cursor, and an answer whatever happens."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the cursor, and the one at it as far as it is there."""
        words = split_arg_string(os.environ.get("COMP_WORDS", "") + _CURSOR)
        return words[1:-1], words[-1].removesuffix(_CURSOR)

    def complete(self) -> str:
        """The offers, one after the other; none when anything goes wrong."""
        try:
            args, incomplete = self.get_completion_args()
            option, equals, _ = incomplete.partition("=")
            before = f"{option}=" if equals and incomplete.startswith("--") else ""  # --input=NAME is one word
            found = self.get_completions(args, incomplete)
            return "\n".join(self.format_completion(one) for one in (_offer(each, before) for each in found) if one)
        except Exception:
            return ""


def _offer(item: CompletionItem[Any], before: str) -> CompletionItem[Any] | None:
    """An offer as the whole word that it makes, fit to be shown; None when it is not."""
    if item.type in ("file", "dir"):
        return CompletionItem(before + (item.prefix or ""), type=item.type)
    value = before + str(item.value)
    if _UNPRINTABLE.search(value):
        return None
    about = _UNPRINTABLE.sub(" ", " ".join((item.help or "").split()))
    about = about if len(about) <= _LONGEST_HELP else about[: _LONGEST_HELP - 3] + "..."
    return CompletionItem(value, type=item.type, help=about or None)


class Bash(_Answers, BashComplete):
    """bash, which completes only the part of a word behind the last ``=`` or ``:``, and inserts text as it is."""

    source_template: ClassVar[str] = _BASH

    def complete(self) -> str:
        """The offers that can stand at the cursor."""
        return "\n".join(line for line in super().complete().split("\n") if line)

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """``type TAB text``; empty for what cannot stand between the quotes that are open."""
        value, (word, begin) = str(item.value), self._place
        if item.type in ("file", "dir"):
            return f"file@\t{word.removeprefix(value)}" if value.endswith("@") else f"{item.type}\t"
        text, quote = value[begin:], os.environ.get("COMP_WORD", "")[:1]
        if quote in _CLOSED_BY:
            return "" if set(text) & set(_CLOSED_BY[quote]) else f"{item.type}\t{text}"
        return f"{item.type}\t{_FOR_BASH.sub(lambda found: chr(92) + found[0], text)}"

    @cached_property
    def _place(self) -> tuple[str, int]:
        """The word at the cursor, and where in it the part begins that bash takes for the word."""
        _, word = self.get_completion_args()
        typed = os.environ.get("COMP_WORD", "")
        part = "" if _BREAKS.fullmatch(typed) else split_arg_string(typed + _CURSOR)[-1].removesuffix(_CURSOR)
        return word, len(word) - len(part) if word.endswith(part) else 0


class Zsh(_Answers, ZshComplete):
    """zsh, which quotes what it inserts; three lines an offer."""

    source_template: ClassVar[str] = _ZSH

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """Type, text, help; a text with help has its colons escaped."""
        described = item.type == "part" or item.help
        value = str(item.value).replace("\\", "\\\\").replace(":", "\\:") if described else str(item.value)
        return f"{item.type}\n{value or '_'}\n{item.help or '_'}"


class Fish(_Answers, FishComplete):
    """fish, which quotes what it inserts; a line an offer."""

    source_template: ClassVar[str] = _FISH

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """``type TAB text TAB help``."""
        about = f"\t{item.help}" if item.help else ""
        return f"{item.type}\t{item.value}{about}"


_SHELLS: Final = {"bash": Bash, "zsh": Zsh, "fish": Fish}
for _name, _class in _SHELLS.items():
    add_completion_class(_class, _name)


@click.command(name="completion")
@click.argument("shell", type=click.Choice(list(_SHELLS)))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script that completes arazzo commands in SHELL: options, workflow ids, inputs and their values.

    \b
    bash   add to ~/.bashrc:  eval "$(arazzo completion bash)"
    zsh    add to ~/.zshrc, after compinit:  eval "$(arazzo completion zsh)"
    fish   arazzo completion fish > ~/.config/fish/completions/arazzo.fish
    """
    complete = _SHELLS[shell](ctx.find_root().command, {}, "arazzo", "_ARAZZO_COMPLETE")
    click.echo(f"# {_INSTALL[shell]}\n{complete.source()}", nl=False)
