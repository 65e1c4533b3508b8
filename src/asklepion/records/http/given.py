"""What an operation is given: in the address, or as Parameters in the body."""

from collections.abc import Iterable
from typing import Any, cast

from fastapi import Request

from asklepion.kit.errors import Incorrect

from ..service import Records
from .asking import parameters_in, resource_in

VALUES_MOST = 1_000


class Given:
    """Names and values of one operation.

    Args:
        known: the names it takes.

    Raises:
        Incorrect: there are others.
    """

    def __init__(self, values: list[tuple[str, Any]], known: Iterable[str]) -> None:
        known = sorted(known)
        if len(values) > VALUES_MOST:
            raise Incorrect(f"There are more than {VALUES_MOST} parameters.")
        for name, _ in values:
            if name not in known:
                raise Incorrect(
                    "There is a parameter that is not known here.",
                    hint=f"Known: {', '.join(known)}.",
                )
        self._values = values

    def all(self, name: str) -> list[Any]:
        """Every value of this name."""
        return [value for key, value in self._values if key == name]

    def one(self, name: str) -> Any:
        """The value of this name, or None.

        Raises:
            Incorrect: there are several.
        """
        values = self.all(name)
        if len(values) > 1:
            raise Incorrect(f"{name} stands there more than once.")
        return values[0] if values else None

    def text(self, name: str) -> str:
        """The text of this name, or an empty one."""
        value = self.one(name)
        if value is not None and not isinstance(value, str):
            raise Incorrect(f"{name}: a text is expected.")
        return value or ""

    def flag(self, name: str, *, default: bool = False) -> bool:
        """True or false, as JSON or as a text."""
        value = self.one(name)
        if value is None:
            return default
        if value not in (True, False, "true", "false"):
            raise Incorrect(f"{name}: true or false is expected.")
        return value in (True, "true")

    def number(self, name: str) -> int | None:
        """A whole number from nothing upwards, or None."""
        value = self.one(name)
        if value is None:
            return None
        text = str(value)
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise Incorrect(f"{name}: a whole number is expected.")
        return int(text)

    def part(self, name: str) -> dict[str, Any] | None:
        """A resource or an element with parts, or None."""
        value = self.one(name)
        if value is not None and not isinstance(value, dict):
            raise Incorrect(f"{name}: it can only be sent in Parameters, as JSON.")
        return cast("dict[str, Any] | None", value)


async def given(request: Request, records: Records, known: Iterable[str]) -> Given:
    """What stands in the address, and in the body of a POST.

    Raises:
        Incorrect: the body is no Parameters resource, or a name is not known.
    """
    values: list[tuple[str, Any]] = [
        (name, value) for name, value in request.query_params.multi_items() if name not in ANYWHERE
    ]
    if request.method == "POST" and (await request.body()).strip():
        values += parameters_in(await resource_in(request, records))
    return Given(values, known)


ANYWHERE = ("visit", "_format", "_pretty")
