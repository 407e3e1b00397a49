"""The commands as typer knows them: help, errors, completion, and everything but a plain `check`."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from halint import __version__
from halint.cli.check import complain
from halint.cli.completion import completing, rule_names
from halint.cli.options import AS_IN_CHECK, CHECK, COLORS, DIFF, GRAPH, LOG, CheckOptions, Option, check_options, split
from halint.errors import HalintError, did_you_mean

app = typer.Typer(
    name="halint",
    help="Check the configuration of Pacemaker and Corosync clusters. Reads files only.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def run(argv: Sequence[str]) -> int:
    """Run one command and return its exit status."""
    try:
        status = app(args=list(argv), prog_name="halint", standalone_mode=False)
    except HalintError as error:
        return complain(str(error))
    except typer.Exit as stop:
        return int(stop.exit_code)
    except typer.Abort:
        return complain("stopped")
    except Exception as error:
        if not hasattr(error, "show") or not hasattr(error, "exit_code"):
            raise
        error.show(file=sys.stderr)
        return int(error.exit_code)
    return int(status or 0)


def _version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"halint {__version__}\n")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Check the configuration of Pacemaker and Corosync clusters. Reads files only."""


def _check(**given: Any) -> int:
    from halint.cli.check import check  # noqa: PLC0415 - each command loads only what it needs

    return check(check_options({**_given(CHECK, given), "paths": given["paths"]}))


def _given(table: Sequence[Option], values: dict[str, Any]) -> dict[str, Any]:
    """The values of a table's options that stand on the command line."""
    found = {o.field: values[o.field] for o in table if values[o.field] not in (None, False, [], ())}
    return {**found, **{o.field: split(found[o.field], o.name) for o in table if o.kind == "list" and o.field in found}}


def _parameter(option: Option) -> inspect.Parameter:
    """An option of the table as a parameter that typer understands."""
    how: dict[str, Any] = {"help": option.help}
    if option.choices:
        how |= {"metavar": f"[{'|'.join(option.choices)}]", "callback": _one_of(option)}
        how["autocompletion"] = completing(lambda: option.choices)
    elif option.metavar == "RULE":
        how |= {"metavar": option.metavar, "autocompletion": completing(rule_names)}
    elif option.metavar:
        how["metavar"] = option.metavar
    kind, default = {"flag": (bool, False), "list": (list[str], [])}.get(option.kind, (str, None))
    return inspect.Parameter(
        option.field,
        inspect.Parameter.KEYWORD_ONLY,
        annotation=Annotated[kind, typer.Option(*option.flags, show_default=option.default or False, **how)],
        default=default,
    )


def _one_of(option: Option) -> Any:
    def validate(value: str | None) -> str | None:
        if value and value not in option.choices:
            raise typer.BadParameter(
                f"{value!r} is not one of {', '.join(option.choices)}{did_you_mean(value, option.choices)}"
            )
        return value

    return validate


_PATHS = Annotated[
    list[str],
    typer.Argument(help="Files, folders, or - for standard input; the current folder if none.", show_default=False),
]


_LOGGED = Annotated[
    list[str],
    typer.Argument(help="Folders such as /var/lib/pacemaker/cib, of backups or pe-inputs; files.", show_default=False),
]
_BEFORE = Annotated[str, typer.Argument(help="The live cluster's CIB, or the older one; - for standard input.")]
_AFTER = Annotated[str, typer.Argument(help="The CIB to be pushed, or the newer one; - for standard input.")]


def _diff(**given: Any) -> int:
    from halint.cli.diff import DiffOptions, diff  # noqa: PLC0415 - as above

    return diff(DiffOptions(**_given(DIFF, given), before=given["before"], after=given["after"]))


def _log(**given: Any) -> int:
    from halint.cli.log import LogOptions, log  # noqa: PLC0415 - as above

    return log(LogOptions(**_given(LOG, given), paths=tuple(given["paths"] or ())))


def _graph(**given: Any) -> int:
    from halint.cli.graph import GraphOptions, graph  # noqa: PLC0415 - as above

    said = _given(GRAPH, given)
    shared = [option.field for option in CHECK if option.name in AS_IN_CHECK and option.field in said]
    check = {name: said.pop(name) for name in shared}
    return graph(GraphOptions(**said, check=check, paths=tuple(given["paths"] or ())))


def _add(name: str, run: Any, table: Sequence[Option], positional: dict[str, Any], help_text: str) -> None:
    """Make a command of positional arguments and a table of options."""
    arguments = [
        inspect.Parameter(
            argument,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=annotation,
            default=[] if argument == "paths" else inspect.Parameter.empty,
        )
        for argument, annotation in positional.items()
    ]
    signature = inspect.Signature([*arguments, *(_parameter(option) for option in table)])
    run.__signature__ = signature  # how typer reads options built from data
    run.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()}
    app.command(name, help=help_text)(run)


_add("check", _check, CHECK, {"paths": _PATHS}, "Check files, folders and whole clusters.")
_add(
    "diff",
    _diff,
    DIFF,
    {"before": _BEFORE, "after": _AFTER},
    "What pushing AFTER over BEFORE changes, whether the cluster takes it, and what it does then.",
)
_add("log", _log, LOG, {"paths": _LOGGED}, "The history of a row of CIB backups: who changed what, and when.")
_add("graph", _graph, GRAPH, {"paths": _PATHS}, "A picture of a cluster, or of what changes between two CIBs.")


_COLOR = Annotated[
    str,
    typer.Option(
        help="Colour: auto, always or never.",
        callback=_one_of(Option(name="color", kind="value", help="", choices=COLORS)),
        autocompletion=completing(lambda: COLORS),
    ),
]
_CONFIG_FILE = Annotated[
    str, typer.Option("--config", help="The configuration file.", metavar="FILE", show_default=False)
]
_NO_CONFIG = Annotated[bool, typer.Option("--no-config", help="Read no configuration file.")]
_RULE_FOLDERS = Annotated[list[str], typer.Option("--rules", help="A folder with rules of your own.", metavar="DIR")]


@app.command()
def explain(
    rule: Annotated[
        list[str],
        typer.Argument(autocompletion=completing(rule_names), help="Rules, or options of a CIB or corosync.conf."),
    ],
    *,
    format: Annotated[str, typer.Option("--format", help="text, markdown or json.")] = "text",  # noqa: A002 - the option's name
    folders: _RULE_FOLDERS = [],  # noqa: B006 - typer copies it
    config: _CONFIG_FILE = "",
    no_config: _NO_CONFIG = False,
    color: _COLOR = "auto",
) -> int:
    """Why a rule exists, how to mend what it finds, with examples and sources; the type and default of an option."""
    from halint.cli.explain import explain as run_explain  # noqa: PLC0415 - as above

    options = CheckOptions(rules=tuple(folders), config=config, no_config=no_config, color=color)
    return run_explain(tuple(rule), options, format)


@app.command()
def rules(
    format: Annotated[str, typer.Option("--format", help="text or json.")] = "text",  # noqa: A002 - the option's name
    select: Annotated[list[str], typer.Option(help="Only these rules or topics.", metavar="RULE")] = [],  # noqa: B006 - typer copies it
    folders: _RULE_FOLDERS = [],  # noqa: B006 - as above
    config: _CONFIG_FILE = "",
    no_config: _NO_CONFIG = False,
) -> int:
    """Every rule: name, severity and what it says, as configured for the current folder."""
    from halint.cli.rules import rules as run_rules  # noqa: PLC0415 - as above

    if format not in ("text", "json"):
        raise HalintError(f"--format {format}: is not text or json{did_you_mean(format, ('text', 'json'))}")
    options = CheckOptions(rules=tuple(folders), config=config, no_config=no_config)
    return run_rules(format, split(select, "select"), options)


@app.command("test-rules")
def _test_rules(
    paths: Annotated[
        list[str], typer.Argument(help="Folders with rule files of your own, or rule files.", show_default=False)
    ] = [],  # noqa: B006 - typer copies it
    plugin: Annotated[list[str], typer.Option(help="The rules of this plugin.", metavar="NAME")] = [],  # noqa: B006
    format: Annotated[str, typer.Option("--format", help="text or json.")] = "text",  # noqa: A002 - the option's name
    color: _COLOR = "auto",
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Every example, not only those that fail.")] = False,
) -> int:
    """Run the examples of your own rules: each bad one has to fire as it expects, each good one to be silent."""
    from halint.cli.trials import run_trials  # noqa: PLC0415 - as above

    return run_trials(tuple(paths), tuple(plugin), format, color, verbose=verbose)


@app.command()
def dump(
    paths: _PATHS = [],  # noqa: B006 - typer copies it
    node: Annotated[list[str], typer.Option(help="Whose file or folder this is.", metavar="NAME=PATH")] = [],  # noqa: B006
    type: Annotated[str, typer.Option("--type", help="What the files are, where their names do not tell.")] = "",  # noqa: A002
    target: Annotated[
        list[str], typer.Option(help="What to read for: corosync=2.4, pacemaker=3.0 …", metavar="PROGRAM=VERSION")
    ] = [],  # noqa: B006
) -> int:
    """The cluster document that rules see: files as written, and what they mean; secrets masked."""
    from halint.cli.dump import dump as run_dump  # noqa: PLC0415 - as above

    return run_dump(tuple(paths), tuple(node), type, split(target, "target"))


_config = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="What the configuration says.")
app.add_typer(_config, name="config")


@_config.command("show")
def _config_show(
    path: Annotated[str, typer.Argument(help="For what; the current folder if not given.", show_default=False)] = "",
    format: Annotated[str, typer.Option("--format", help="text or json.")] = "text",  # noqa: A002 - the option's name
    config: _CONFIG_FILE = "",
    no_config: _NO_CONFIG = False,
    profile: Annotated[list[str], typer.Option(help="Whose guides hold.", metavar="NAME")] = [],  # noqa: B006
) -> int:
    """Every setting that counts for a path, and who says it: default, profile, file, variable, command line."""
    from halint.cli.config import FORMATS, config_show  # noqa: PLC0415 - as above

    if format not in FORMATS:
        raise HalintError(f"--format {format}: is not text or json{did_you_mean(format, FORMATS)}")
    paths = (path,) if path else ()
    asked = CheckOptions(paths=paths, config=config, no_config=no_config, profile=split(profile, "profile"))
    return config_show(asked, format)


@app.command()
def init(
    folder: Annotated[str, typer.Argument(help="Where; the current folder if not given.", show_default=False)] = ".",
) -> int:
    """Write a commented .halint.yaml to start with; one that is there is left alone."""
    from halint.cli.init import init as run_init  # noqa: PLC0415 - as above

    return run_init(folder)


@app.command("git-diff", context_settings={"ignore_unknown_options": True})
def _git_diff(
    arguments: Annotated[list[str], typer.Argument(help="What git hands over.", metavar="PATH OLD-FILE …")],
) -> int:
    """Git's external diff for CIBs: `git config diff.halint.command 'halint git-diff'`, `*.xml diff=halint`."""
    from halint.cli.git_diff import git_diff  # noqa: PLC0415 - as above

    return git_diff(arguments)


@app.command()
def lsp(
    _stdio: Annotated[bool, typer.Option("--stdio", help="What it does anyway; some editors add it.")] = False,
) -> int:
    """The language server for editors, on standard input and output; needs `pip install 'halint[lsp]'`."""
    from halint.cli.lsp import lsp as run_lsp  # noqa: PLC0415 - as above

    return run_lsp()


@app.command()
def man() -> int:
    """The man page: `halint man | man -l -`."""
    from typer.main import get_command  # noqa: PLC0415 - as above

    from halint.cli.man import man as run_man  # noqa: PLC0415 - as above

    return run_man(get_command(app))


@app.command()
def schema(
    name: Annotated[str, typer.Argument(help="check, check-lines, config, diff, explain, log, rules or test-rules.")],
) -> int:
    """The JSON schema of an output, or of the configuration file."""
    from halint.cli.schema import schema as run_schema  # noqa: PLC0415 - as above

    return run_schema(name)
