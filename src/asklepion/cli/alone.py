"""Commands that need no house, and how every command ends."""

import os
import sys

import typer
from rich.console import Console

from asklepion.kit.errors import HouseError

from . import futures, learned, twin

app = typer.Typer(name="asklepion", pretty_exceptions_enable=False, add_completion=False)
learned.add_to(twin.app)
futures.add_to(twin.app)
app.add_typer(twin.app, name="twin")


def main() -> None:
    """Run one of them."""
    run(app)


def run(commands: typer.Typer) -> None:
    """Run one command; errors end it with a sentence and what to do, never with a trace."""
    os.umask(0o077)  # whatever we keep is for this user's eyes alone
    try:
        commands()
    except HouseError as error:
        console = Console(stderr=True)
        console.print(f"[red]{error.message}[/red] {error.hint}", highlight=False)
        sys.exit(1)
