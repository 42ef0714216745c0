"""The reference pages, made from the code: commands, settings, placeholders, reasons, findings and refusals.

What the code cannot say itself (what an environment variable is for, why a message is withdrawn) stands in the tables below;
`test_reference` fails as soon as one of them lacks a name that the code knows.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import click
import typer

import dunwell
from dunwell.core import reasons
from dunwell.core.refusal import Refusal
from dunwell.engine import handbook, tact
from dunwell.plugins.channels import CHANNELS
from dunwell.plugins.providers import PROVIDERS
from dunwell.site import main

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src" / "dunwell"
MADE = "<!-- Made from the code: UPDATE_DOCS=1 pytest tests/documented -->"

ENVIRONMENT = {
    "DUNWELL_DATA": "The folder with everything that the program keeps: the embedded database, secrets, rehearsal files. "
    "Without it `/var/lib/dunwell` for root, else `~/.local/share/dunwell`.",
    "DUNWELL_DATABASE_URL": "Another PostgreSQL instead of the embedded one: `postgresql://role:password@host:5432/dunwell`. "
    "The role is neither owner of the tables nor superuser.",
    "DUNWELL_OWNER_DATABASE_URL": "The same database as the owner of the tables, who migrates; the address above without it.",
    "DUNWELL_BACKUP_DATABASE_URL": "The same database as a role that reads every row and makes databases: backups are its work. "
    "The owner's address without it.",
    "DUNWELL_BACKUPS": "The folder for backups, best on another disk or a mounted share; `backups` in the data folder without it.",
    "DUNWELL_METRICS_TOKEN": "Whoever shows it as `Authorization: Bearer …` may read `/metrics`; without it that page does not exist.",
    "DUNWELL_TRANSCRIBER": "What turns recordings of calls into text: the address of an OpenAI-compatible service, or the folder of a model here.",
    "DUNWELL_TRANSCRIBER_KEY": "The key of that service.",
    "DUNWELL_READER_KEY": "The key of the service that `dunwell read --endpoint` asks.",
    "DUNWELL_SHARED": "For developers: the folder of development data from which the reader of replies is trained.",
    "DUNWELL_HOSTS": "Further host names under which the web answers, separated by blanks.",
    "DUNWELL_FACES": "Which web faces exist, separated by blanks: `console pay`; `dunwell serve --only` sets it.",
    "DUNWELL_LOCAL_URL": "Where a browser on this machine finds the faces; links of rehearsed letters lead there. Without it `http://127.0.0.1:8642`.",
    "DUNWELL_TLS": "`1` behind a proxy that speaks TLS and sets X-Forwarded-Proto: cookies and pages never travel in the clear.",
}
EXIT_CODES = {
    0: "done",
    1: "done, and something needs a person: `check` found trouble, `audit` a broken link, `deliver` left messages, `live` only showed",
    2: "refused, with a sentence that says why; nothing was changed",
    130: "interrupted by Ctrl-C",
}
PLUGIN_SETTINGS = {
    "host": "the mail server's name",
    "port": "its port: 587 for `starttls`, 465 for `tls`",
    "security": "`starttls`, `tls`, or `none` for a server on this machine or in a private net",
    "username": "the mailbox's login; empty: none is asked for",
    "password": "kept encrypted",
    "login": "a sign-in by OAuth 2 in place of the password: what `dunwell mail login` was given",
    "dkim_domain": "the domain that letters are signed for; `dunwell mail sign` sets it, the selector and the key",
    "dkim_selector": "under which name the key lies in that domain",
    "dkim_key": "the private key, PEM; kept encrypted",
    "connections": "messages at once; also the most that can be of unknown outcome after a crash",
    "per_second": "messages a second over all; 0: no limit",
    "per_domain_per_minute": "messages a minute to one domain; 0: no limit",
    "timeout_s": "seconds to wait for an answer of the server",
    "hello_as": "the name by which we greet; this machine's without it",
    "ca_file": "certificates to trust besides the machine's",
    "folder": "where the files go",
    "creditor_id": "whose work list the tasks go to",
    "api_key": "the secret key of the Stripe account; kept encrypted",
    "webhook_secret": "shown by Stripe where the webhook's address was entered; kept encrypted",
    "shop_id": "the shop's number at YooKassa",
    "secret_key": "the shop's key at YooKassa; kept encrypted",
    "api": "where the provider is asked",
}
WITHDRAWN = {
    "stopped": "waits: `dunwell stop` is on",
    "not_yet": "waits: the hour at which the reader may be written to has not come",
    "stale_money": "waits: payments are not known up to now",
    "mode_changed": "the creditor went live, or back to rehearsal, after it was written",
    "went_live": "written in rehearsal, never sent",
    "back_to_rehearsal": "written live; the creditor went back to rehearsal",
    "instalment_plan": "a payment schedule was agreed, or the one that it reminds of was taken back",
    "restored": "it waited when the backup was made that was restored; `dunwell restored` asks whether it went out",
    "stale": "its day or its hours have passed; it is planned anew",
    "amended": "a due date, a sum, another fact of the document or the address was corrected after the letter was written",
    "bank_details": "the bank account that it names has changed",
    "planned_anew": "a later run took its place",
    "recalled": "a person called it back",
    "opted_out": "the reader does not want to be written to",
    "bounced": "the address does not work any more",
    "customer_state": "the customer is insolvent, liquidated, deceased, a minor, or represented by somebody else",
    "cancelled": "a document in it was cancelled",
    "paid": "a receivable in it has been paid",
    "disputed": "a receivable in it is contested",
    "balance_changed": "another sum is open now",
    "promised": "the customer has promised to pay",
    "held": "it was put on hold",
    "finding": "a finding in the data waits for a person",
    "unmatched_money": "money came in that may belong to it",
    "our_side_owes": "a firm step, while our side owes an answer or a document",
    "touched": "somebody contacted the customer by hand",
    "reply_waits": "the customer has answered, and nobody has read it yet",
    "debit_pending": "an automatic charge that the client was told of will pay it",
}
PAGES: dict[str, Callable[[], Iterator[str]]] = {}


def page(name: str) -> str:
    return "\n".join([MADE, "", *PAGES[name]()]).rstrip() + "\n"


def _page(function: Callable[[], Iterator[str]]) -> Callable[[], Iterator[str]]:
    PAGES[function.__name__] = function
    return function


# --- commands --------------------------------------------------------------------------------------------------------


@_page
def commands() -> Iterator[str]:
    yield "# Commands"
    yield ""
    yield "`dunwell COMMAND --help` says the same in a terminal. Days are written YYYY-MM-DD. Every command that needs a creditor takes the"
    yield "only one there is, or `--creditor`. Commands that record something take who and why into the audit chain."
    yield ""
    yield from _table(["exit code", "meaning"], ([str(code), words] for code, words in EXIT_CODES.items()))
    for name, command in every_command():
        yield ""
        yield f"## {name}"
        yield ""
        yield one_line(command.help or "")
        parameters = [one for one in command.params if one.name != "help"]
        if parameters:
            yield ""
            yield from _table(["", "meaning", "without it"], map(_parameter, parameters))


def every_command() -> Iterator[tuple[str, click.Command]]:
    """Every command and subcommand with its name, in the order of the table of commands."""
    application = typer.Typer()
    names = [*main.COMMANDS, *main.COMMANDS_ON_FILES]
    for name in names:
        main._add(application, name)
    group = typer.main.get_command(application)
    found: dict[str, click.Command] = group.commands  # type: ignore[attr-defined]
    for name in names:
        inner: dict[str, click.Command] = getattr(found[name], "commands", {})
        if inner:
            yield from ((f"{name} {sub}", inner[sub]) for sub in inner)
        else:
            yield name, found[name]


def meaning(parameter: click.Parameter) -> str:
    return str(getattr(parameter, "help", None) or "")


def _parameter(parameter: click.Parameter) -> list[str]:
    is_argument = parameter.param_type_name == "argument"
    names = [str(parameter.name).upper()] if is_argument else [*parameter.opts, *parameter.secondary_opts]
    default = parameter.default
    if parameter.required:
        without = "required"
    elif default in (None, "", False, ()) or callable(default):
        without = ""
    else:
        without = f"`{default}`"
    return [", ".join(f"`{name}`" for name in names), one_line(meaning(parameter)), without]


# --- settings --------------------------------------------------------------------------------------------------------


@_page
def settings() -> Iterator[str]:
    yield "# Settings"
    yield ""
    yield "Little is set outside the database. What belongs to a creditor is said by commands: `init`, `staff`, `account`, `policy`, `channel`, `page`, `provider`."
    yield ""
    yield "## Environment"
    yield ""
    yield from _table(["variable", "meaning"], ([f"`{name}`", words] for name, words in ENVIRONMENT.items()))
    for kind, (_, config) in CHANNELS.items():
        if kind != "memory" and dataclasses.fields(config):
            said = f"`dunwell channel email {kind} --set name=value --set …`"
            yield from _plugin(f"A channel of kind `{kind}`", said if kind == "smtp" else "", config)
    for kind, (_, config) in PROVIDERS.items():
        if kind != "memory":
            yield from _plugin(
                f"The payment provider `{kind}`", f"`dunwell provider {kind} --set name=value --set …`", config
            )


def _plugin(title: str, said: str, config: Any) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""
    yield said or "Used by the program itself."
    yield ""
    yield from _table(
        ["name", "meaning", "without it"],
        ([f"`{one.name}`", PLUGIN_SETTINGS[one.name], _default(one)] for one in dataclasses.fields(config)),
    )


def environment_of_code() -> set[str]:
    text = "".join(file.read_text("utf-8") for file in SOURCES.rglob("*.py"))
    return set(re.findall(r"DUNWELL_[A-Z_]+", text))


def _default(field: dataclasses.Field[object]) -> str:
    if field.default is dataclasses.MISSING:
        return "required"
    return "" if field.default in ("", None) else f"`{field.default}`"


# --- placeholders ----------------------------------------------------------------------------------------------------


@_page
def placeholders() -> Iterator[str]:
    yield "# Placeholders and tags"
    yield ""
    yield "How a letter is written is told in [Writing letters](../content.md). Those marked ¶ fill a paragraph of their own."
    yield ""
    yield from handbook.placeholder_table().splitlines()
    yield ""
    yield "## Tags"
    yield ""
    yield from handbook.tag_table().splitlines()


# --- reasons ---------------------------------------------------------------------------------------------------------


@_page
def reasons_() -> Iterator[str]:
    yield "# Reasons"
    yield ""
    yield "Each open receivable has an outcome every day, and each outcome its reasons. `dunwell explain` says them in the language asked for."
    yield ""
    yield "## Outcomes"
    yield ""
    yield from _table(
        ["code", "English", "Russian", "Bulgarian"],
        ([f"`{code}`", words["en"], words["ru"], words["bg"]] for code, words in reasons.OUTCOMES.items()),
    )
    yield ""
    yield "## Reasons of the plan"
    yield ""
    yield "`{value}` stands for the step, role, channel or hold that is meant."
    yield ""
    yield from _table(
        ["code", "English", "Russian", "Bulgarian"],
        ([f"`{one.code}`", one.en, one.ru, one.bg] for one in reasons.CATALOGUE.values()),
    )
    yield ""
    yield "## Why a message was withdrawn, or waits"
    yield ""
    yield "Asked of the ledger at the moment of sending, message by message."
    yield ""
    yield from _table(["code", "meaning"], ([f"`{code}`", words] for code, words in WITHDRAWN.items()))
    yield ""
    yield "Why money stays unapplied is listed in [Importing](../importing.md#how-money-is-applied)."


def withdrawals_of_code() -> set[str]:
    """The reasons that the last question before sending can give, and those given by hand."""
    asked = (SOURCES / "store" / "sql" / "outbox.sql").read_text("utf-8")
    text = "".join((SOURCES / one).read_text("utf-8") for one in ("store/record_plan.py", "run/creditors.py"))
    by_hand = re.findall(r'outbox\.withdraw\([^"]*"(\w+)"', text) + re.findall(r"state_reason = '(\w+)'", text)
    questions = asked[: asked.index("FUNCTION dunwell_begin")]
    return {*re.findall(r"(?:THEN|ELSE|=) '(\w+)'(?= *(?:\n|--|ELSE|END|WHEN))", questions), *by_hand} - {
        "credit_note",
        "invoice",
        "live",
        "mode",
        "on",
        "replied",
        "request",
    }


# --- findings --------------------------------------------------------------------------------------------------------

GIVES_FINDINGS = {"Finding", "Check", "Wrong", "Question", "complain", "found"}
IMPORTED = "In files that are imported or inspected"
AREAS = {
    "plugins/importers": IMPORTED,
    "engine/open_items": "In a sheet of open items compared with what is known",
    "run/ingest": IMPORTED,
    "core/policy": "In a policy",
    "core/scenario": "In a policy's stories",
    "run/check": "In a policy's stories",
    "core/toml_text": "In any TOML file",
    "run/toml_files": "In any TOML file",
    "run/policies": "In a policy",
    "core/jurisdiction": "In rules of a country",
    "core/calendar": "In a calendar",
    "run/calendars": "In a calendar",
    "engine/texts": "In a text of letters",
    "engine/tact": "In a text of letters",
    "engine/render": "When a letter is written",
    "engine/preflight": "When a letter is checked before sending",
    "store/bounces": "When a message is sent",
}


@_page
def findings() -> Iterator[str]:
    yield "# Findings and refusals"
    yield ""
    yield "A *finding* is trouble in data: it names the file, line and column, and the rest goes in. A *refusal* is a command's “no” in one"
    yield "sentence, with exit code 2; nothing was changed. What to do about each is told in [When things go wrong](../when-things-go-wrong.md);"
    yield "`…` stands for the value found."
    by_area: dict[str, dict[str, set[str]]] = {}
    for where, code, message in findings_of_code():
        by_area.setdefault(_area(where), {}).setdefault(code, set()).add(message)
    for area in dict.fromkeys(AREAS.values()):
        yield ""
        yield f"## {area}"
        yield ""
        found = by_area.get(area, {})
        yield from _table(
            ["code", "says"],
            (
                [f"`{code}`", " / ".join(sorted(said - {""})) or "what exactly, in its sentence"]
                for code, said in sorted(found.items())
            ),
        )
    yield ""
    yield "## Refusals"
    yield ""
    yield from _table(
        ["name", "says"], ([f"`{one.__name__}`", one_line(str(one.__doc__))] for one in refusals_of_code())
    )


def findings_of_code() -> Iterator[tuple[str, str, str]]:
    """Module, code and message of every finding that the source can give; what is filled in later is shown as `…`."""
    yield from (("engine/tact", code, f"… {what}") for code, (what, _) in tact.NEVER.items())
    for file in sorted(SOURCES.rglob("*.py")):
        where = file.relative_to(SOURCES).with_suffix("").as_posix()
        for scope in _scopes(ast.parse(file.read_text("utf-8"))):
            for node in scope:
                for code, message in _said(node, scope):
                    if re.fullmatch(r"[a-z0-9_]+", code):
                        yield where, code, message


def refusals_of_code() -> list[type[Refusal]]:
    for module in pkgutil.walk_packages(dunwell.__path__, "dunwell."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found, waiting = set(), [Refusal]
    while waiting:
        kinds = waiting.pop().__subclasses__()
        waiting += kinds
        found |= set(kinds)
    said = {(one.__name__, str(one.__doc__)): one for one in found if one.__module__.startswith("dunwell")}
    return [said[key] for key in sorted(said)]


def _area(where: str) -> str:
    return next((area for start, area in AREAS.items() if where.startswith(start)), IMPORTED)


def _scopes(tree: ast.Module) -> Iterator[list[ast.AST]]:
    """What stands in each function, and what stands in none."""
    functions = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)]
    inside = [list(ast.walk(one)) for one in functions]
    taken = {id(node) for nodes in inside for node in nodes}
    return iter([*inside, [node for node in ast.walk(tree) if id(node) not in taken]])


def _said(node: ast.AST, scope: list[ast.AST]) -> Iterator[tuple[str, str]]:
    """Code and message of one call that makes findings, or of one row of a table of them."""
    if isinstance(node, ast.Call):
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        is_one = "code" in named or (_name(node.func) in GIVES_FINDINGS and node.args)
        code = named.get("code", node.args[0] if node.args else None) if is_one else None
        if isinstance(code, ast.Constant) and isinstance(code.value, str):
            messages = [named["message"]] if "message" in named else node.args[1:]
            yield code.value, _first_text(messages, scope, node.lineno)
    elif isinstance(node, ast.Dict):
        row = {
            key.value: value for key, value in zip(node.keys, node.values, strict=True) if isinstance(key, ast.Constant)
        }
        if isinstance(row.get("code"), ast.Call) and isinstance(row.get("message"), ast.Call):
            yield _text(row["code"].args[0], scope, 0), _text(row["message"].args[0], scope, 0)


def _first_text(nodes: Iterable[ast.expr], scope: list[ast.AST], before: int) -> str:
    texts = (_text(one, scope, before) for one in nodes)
    return next((text for text in texts if " " in text), "")


def _text(node: ast.expr, scope: list[ast.AST], before: int) -> str:
    """The words of an expression; a name stands for the last text it was given above."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "…" for one in node.values)
    if isinstance(node, ast.BinOp):
        return _text(node.left, scope, before) + _text(node.right, scope, before)
    if isinstance(node, ast.Name):
        given = [one for one in scope if isinstance(one, ast.Assign) and one.lineno < before and _targets(one, node.id)]
        last = max(given, key=lambda one: one.lineno, default=None)
        return _text(last.value, scope, last.lineno) if last else ""
    return ""


def _targets(assign: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in assign.targets)


def _name(function: ast.expr) -> str:
    return (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )


# --- shared ----------------------------------------------------------------------------------------------------------


def one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _table(titles: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(titles)} |"
    yield "|" + "---|" * len(titles)
    for row in rows:
        cells = [one.replace("|", r"\|") for one in row]
        yield f"| {' | '.join(cells)} |"


PAGES["reasons"] = PAGES.pop("reasons_")
