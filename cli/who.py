"""Who runs a command: kept beside what it changed."""

from __future__ import annotations

import getpass
from typing import Final

import click

MAX_NAME: Final = 80


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number that has no name
        return ""


def _checked_name(_ctx: click.Context, _option: click.Parameter, name: str) -> str:
    name = name.strip()
    if not name:
        raise click.BadParameter("your user has no name here; say who you are")
    if len(name) > MAX_NAME or not name.isprintable():
        raise click.BadParameter(f"must be one line of {MAX_NAME} characters at most")
    return name


by_whom: Final = click.option(
    "--by",
    metavar="NAME",
    default=_system_user,
    callback=_checked_name,
    help="Who does it; without it, your user name on this system.",
)
