"""What `asklepion verify` looks at, and how it tells what it saw."""

import asyncio
import json
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from asklepion.app import House
from asklepion.identity import Identity, is_paper
from asklepion.kit.clock import to_iso
from asklepion.kit.errors import HouseError, Incorrect
from asklepion.ledger import (
    Acknowledged,
    EmbeddedChain,
    Finding,
    Verdict,
    check_on_chain,
    commit,
    is_packed,
    read_receipt,
    unpack_receipt,
    verify_receipt,
)
from asklepion.records import verify_export

from . import papers
from .papers import MARKS

NOT_TAKEN = "was not taken by every room; it is tried again when the house opens next."
LONGEST_PATH = 256
ENOUGH = 1 << 20  # bytes read from a pipe


@dataclass(frozen=True, kw_only=True)
class Trust:
    """What whoever checks knows from elsewhere."""

    key: str | None
    witnesses: Sequence[str]
    quorum: int | None  # how many of the witnesses are enough
    held: Path | None  # an older receipt
    passkeys: Sequence[str] = ()  # of the person whose consent it is
    chain: str | None = None  # a node of the chain that a consent stands on


def file(name: str, trust: Trust, question: papers.Question, as_json: bool) -> int:
    """Check a receipt, the text of its code, an export, or a credential; returns the exit code."""
    try:
        is_export = not is_packed(name) and name != "-" and zipfile.is_zipfile(name)
    except (OSError, ValueError):
        is_export = False
    if is_export:
        return _export(Path(name), trust.key, as_json)
    content = name.encode() if is_packed(name) or is_paper(name) else _content(name)
    text = content.decode("utf-8", "replace")
    if is_paper(text):
        return papers.tell(text, question, as_json=as_json)
    receipt = _receipt(content)
    verdict = verify_receipt(
        receipt,
        trusted=trust.key,
        witnesses=trust.witnesses,
        quorum=trust.quorum,
        held=_receipt(_content(str(trust.held))) if trust.held else None,
        passkeys=trust.passkeys,
    )
    if trust.chain:
        standing = asyncio.run(check_on_chain(receipt, trust.chain))
        verdict = Verdict((*verdict.checks, standing))
    if as_json:
        print(json.dumps(verdict.as_json()))
    else:
        for check in verdict.checks:
            print(f"{MARKS[check.state]} {check.words}")
    return 0 if verdict.holds else 1


def _content(name: str) -> bytes:
    """What stands in a file, or comes from standard input (-)."""
    try:
        return sys.stdin.buffer.read(ENOUGH + 1) if name == "-" else Path(name).read_bytes()
    except (OSError, ValueError) as error:
        shown = name if len(name) < LONGEST_PATH else "What was given"  # may be a receipt itself
        raise Incorrect(f"{shown} cannot be read.", hint="Check the path.") from error


def _receipt(content: bytes) -> Any:
    """A receipt, from its JSON or the text of its code."""
    plain = content.decode("utf-8", "replace")
    if is_packed(plain):
        return unpack_receipt(line.strip("\r") for line in plain.strip("\n").split("\n"))
    return read_receipt(content)


def _export(path: Path, key: str | None, as_json: bool) -> int:
    checked = verify_export(path, trusted=key)
    if as_json:
        print(json.dumps({"holds": checked.holds, **asdict(checked)}))
    elif checked.holds:
        print(f"✓ All {checked.lines} lines about {checked.patient} stand in the signed log.")
        print("✓ The other files say what the lines say.")
        if checked.is_trusted:
            print("✓ It was signed with the key you trust.")
        else:
            print(f"? Compare {checked.verifier} with the key that the house publishes (--key).")
    else:
        print(f"✗ {checked.wrong}.")
    return 0 if checked.holds else 1


async def everything(house: House, as_json: bool) -> int:
    """Check every stored row, and ask the witnesses; returns the exit code."""
    bound, acknowledged, unasked = await _bound(house)
    findings = [
        *await house.ledger.verify(),
        *await house.witnesses.verify(),
        *bound,
        *await house.records.verify(),
        *await _acts(house),
    ]
    size = (await house.ledger.checkpoint()).size if not findings else None
    silent = await house.witnesses.silent() if not findings else []
    aside = await house.events.set_aside()
    if as_json:
        rows = [asdict(finding) for finding in findings]
        events = [
            {"position": e.position, "kind": e.kind, "told_at": to_iso(e.told_at)} for e in aside
        ]
        told = {"holds": not findings, "size": size, "findings": rows, "set_aside": events}
        known = [{**asdict(it.finding), "at": it.at, "leaf": it.leaf} for it in acknowledged]
        more = {"silent": silent, "chain_unasked": unasked, "acknowledged": known}
        print(json.dumps(told | more))
    else:
        for finding in findings:
            print(f"✗ {finding}")
        if not findings:
            print(f"✓ All {size} entries of the log and every access kept beside it agree.")
        for known in acknowledged:
            print(f"! {known}")
        if unasked:
            print(f"? The chain could not be asked: {unasked}")
        for name in silent:
            print(f"? The witness {name} did not cosign them: it does not answer, or not yet.")
        for e in aside:
            print(f"✗ kit_outbox {e.position}: {e.kind} of {to_iso(e.told_at)} {NOT_TAKEN}")
    return 1 if findings or aside or unasked else 0


async def _acts(house: House) -> list[Finding]:
    """What was done with accounts and is not as the ledger has it."""
    found: list[Finding] = []
    for act in await house.identity.closings.acts(Identity.console()):
        try:
            holds = commit(act.told(), bytes(act.key)) == await house.ledger.leaf(act.leaf)
        except (HouseError, ValueError, TypeError, OverflowError):  # somebody wrote in it
            found.append(Finding("identity_act", act.id, "cannot be read"))
            continue
        if not holds:
            found.append(Finding("identity_act", act.id, f"does not match leaf {act.leaf}"))
    return found


async def _bound(house: House) -> tuple[list[Finding], list[Acknowledged], str]:
    """What the chain's own rows, and log and chain, say of each other; or why it is not asked.

    Returns:
        What is wrong; what was acknowledged as lost; why something could not be looked at.
    """
    found: list[Finding] = []
    acknowledged: list[Acknowledged] = []
    unasked: list[str] = []
    for look in (_own_chain, _contracts):
        try:
            wrong, known = await look(house)
        except HouseError as error:  # what the other found counts all the same
            unasked.append(error.message)
        else:
            found += wrong
            acknowledged += known
    return found, acknowledged, " ".join(unasked)


async def _own_chain(house: House) -> tuple[list[Finding], list[Acknowledged]]:
    own = house.chain if isinstance(house.chain, EmbeddedChain) else None
    return (await own.verify() if own and await house.contracts.is_set_up() else []), []


async def _contracts(house: House) -> tuple[list[Finding], list[Acknowledged]]:
    return await house.contracts.audit()
