"""SMART Health Links on a real database: who may make, open and end one, and what races change."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from asklepion.kit.errors import (
    Conflict,
    Fault,
    HouseError,
    Incorrect,
    NotFound,
    Unauthenticated,
    Unsupported,
)
from asklepion.records import Asking, Choice, Ground
from asklepion.records.engine.healthlinks import plain
from asklepion.records.service.links import Given, LinkOver, TooOften, Wish, WrongPasscode
from asklepion.records.service.links.giving import OPEN_MOST
from asklepion.records.service.links.opening import PACE, PACE_S, Paces
from asklepion.records.service.links.values import WRONG_MOST, require_possible

from ..conftest import Office
from ..people import (
    AMARA_ASKS,
    DEVICE_ASKS,
    JONAS,
    JONAS_ASKS,
    MEI,
    MEI_ASKS,
    OPERATOR_ASKS,
    STRANGER_ASKS,
    observation,
)

HOUSE = "https://house.example"
PASSCODE = "olive 2026"


def payload(given: Given) -> dict[str, Any]:
    text = given.shlink.removeprefix("shlink:/")
    return json.loads(OctKey.import_key({"kty": "oct", "k": text}).raw_value)


def secret(given: Given) -> str:
    return str(payload(given)["url"]).rpartition("/")[2]


def opened(given: Given, text: str | bytes) -> dict[str, Any]:
    """A file, decrypted by the key that is only in the link."""
    key = OctKey.import_key({"kty": "oct", "k": payload(given)["key"]})
    return json.loads(jwe.decrypt_compact(text, key).plaintext or b"")


async def give(office: Office, asking: Asking = MEI_ASKS, patient: str = MEI, **wish: Any) -> Given:
    wish.setdefault("until", office.clock.now() + timedelta(days=7))
    return await office.records.links.give(asking, patient, Wish(**wish), house=HOUSE)


async def look(office: Office, given: Given, passcode: str = "", who: str = "Dr Ruiz") -> Any:
    return await office.records.links.open(secret(given), recipient=who, passcode=passcode)


async def outcomes(work: Iterable[Awaitable[Any]]) -> Counter[str]:
    done = await asyncio.gather(*work, return_exceptions=True)
    return Counter(type(it).__name__ if isinstance(it, BaseException) else "opened" for it in done)


async def lines(office: Office) -> list[tuple[str, str, str]]:
    """Her log, newest first: what was done, how it came out, and who said they were it."""
    found = await office.records.accesses(MEI_ASKS, MEI, count=500)
    return [(it.action, it.outcome, it.actor_name) for it in found]


# What a link is


async def test_a_link_opens_for_whoever_holds_it_and_shows_the_summary(full: Office) -> None:
    given = await give(full, label="For Dr Ruiz", kinds=("summary", "pdf", "record"))

    manifest = await look(full, given)

    summary, pdf, record = (opened(given, file["embedded"]) for file in manifest["files"])
    assert {file["contentType"] for file in manifest["files"]} == {"application/fhir+json"}
    assert summary["entry"][0]["resource"]["type"]["coding"][0]["code"] == "60591-5"
    assert "Observation/pulse-1" in json.dumps(summary)
    assert pdf["content"][0]["attachment"]["contentType"] == "application/pdf"
    assert {it["resource"]["id"] for it in record["entry"]} >= {"mei", "pulse-1", "pressure"}
    assert "jonas" not in json.dumps([summary, record])


async def test_what_another_lets_her_see_is_not_hers_to_give_away(full: Office) -> None:
    await full.keep({**observation("of-both"), "focus": [{"reference": JONAS}]})
    await full.records.consents.say(JONAS_ASKS, JONAS, Choice(actors=(MEI,)))

    given = await give(full, kinds=("record",))

    (file,) = (await look(full, given))["files"]
    ids = {it["resource"]["id"] for it in opened(given, file["embedded"])["entry"]}
    assert "of-both" in ids
    assert "jonas" not in ids


async def test_the_link_says_what_the_standard_wants_and_its_key_is_nowhere_in_the_house(
    full: Office,
) -> None:
    given = await give(full, label="给医生", passcode=PASSCODE)
    held = payload(given)

    assert held.keys() == {"url", "key", "exp", "flag", "label", "v"}
    assert (held["flag"], held["label"], held["v"]) == ("P", "给医生", 1)
    assert len(held["url"]) <= 128
    assert len(held["key"]) == 43
    assert given.url == f"{HOUSE}/share#{given.shlink}"
    assert given.qr.startswith("<svg")
    stored = b""
    async with full.db.read() as tx:
        for table in ("records_link", "records_link_file", "records_link_opening"):
            for row in await tx.all(f"SELECT * FROM {table}"):
                stored += b"|".join(
                    bytes(it) if isinstance(it, bytes) else str(it).encode() for it in row
                )
    for hidden in (held["key"], secret(given), "给医生", PASSCODE, "eyJhbGciOiJkaXIi"):
        assert hidden.encode() not in stored
    raw = OctKey.import_key({"kty": "oct", "k": held["key"]}).raw_value
    assert raw not in stored


async def test_a_jwe_that_was_altered_does_not_open_and_a_stored_file_that_was_is_found_out(
    full: Office,
) -> None:
    given = await give(full, kinds=("summary",))
    text = (await look(full, given))["files"][0]["embedded"]
    head, key, nonce, body, tag = text.split(".")
    for spoilt in (
        f"{head}.{key}.{nonce}.{'A' if body[0] != 'A' else 'B'}{body[1:]}.{tag}",
        f"{head}.{key}.{nonce}.{body}.{tag[::-1]}",
    ):
        with pytest.raises((JoseError, ValueError)):
            opened(given, spoilt)
    other = await give(full, kinds=("summary",))
    with pytest.raises(JoseError):
        opened(other, text)

    async with full.db.begin() as tx:
        row = await tx.one("SELECT body FROM records_link_file WHERE link = :id", id=given.link.id)
        assert row
        body = bytes(row[0])
        sql = "UPDATE records_link_file SET body = :body WHERE link = :id"
        await tx.run(sql, id=given.link.id, body=body[:-1] + bytes([body[-1] ^ 1]))
    with pytest.raises(Fault):
        await look(full, given)


async def test_a_direct_link_is_one_file_without_a_manifest(full: Office) -> None:
    given = await give(full, kinds=("summary",), is_direct=True)
    links = full.records.links

    text = await links.open_direct(secret(given), recipient="Dr Ruiz")

    assert payload(given)["flag"] == "U"
    assert opened(given, text)["resourceType"] == "Bundle"
    with pytest.raises(NotFound):
        await look(full, given)
    with pytest.raises(NotFound):
        await links.open_direct(secret(await give(full)), recipient="Dr Ruiz")


async def test_a_large_file_is_fetched_by_an_address_that_is_good_for_minutes(
    full: Office,
) -> None:
    given = await give(full, kinds=("summary",))
    links = full.records.links
    open_it = links.open(secret(given), recipient="Dr Ruiz", embedded_most=10)
    ticket = (await open_it)["files"][0]["location"]

    assert opened(given, await links.file(secret(given), ticket))["type"] == "document"
    other = secret(await give(full))
    number, until, sign = ticket.split(".")
    later = f"{number}.{int(until) + 9}.{sign}"
    for whose, what in ((secret(given), later), (other, ticket), (secret(given), "x"), ("", ticket),
                        ("é", ticket), (secret(given), f"{number}.{until}.é"),
                        (secret(given), f"1.{until}.{sign}")):  # fmt: skip
        with pytest.raises(NotFound):
            await links.file(whose, what)
    full.wait(5)
    with pytest.raises(NotFound):
        await links.file(secret(given), ticket)


@pytest.mark.parametrize(
    ("wish", "what"),
    [
        ({"until_days": -1}, "no time"), ({"until_days": 400}, "no time"),
        ({"kinds": ()}, "Nothing"), ({"kinds": ("everything",)}, "Nothing"),
        ({"passcode": "123"}, "passcode"), ({"opens_most": -1}, "openings"),
        ({"is_direct": True}, "manifest"), ({"is_long_term": True}, "cannot follow"),
        ({"is_direct": True, "kinds": ("pdf",), "passcode": "1234"}, "manifest"),
        ({"language": "tlh"}, "language"),
    ],
)  # fmt: skip
def test_a_wish_that_cannot_be_met_is_refused(wish: dict[str, Any], what: str) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    until = now + timedelta(days=wish.pop("until_days", 7))

    require_possible(Wish(until=now + timedelta(days=7)), now)
    with pytest.raises(Incorrect, match=what):
        require_possible(Wish(until=until, **wish), now)


async def test_a_house_with_too_long_a_name_makes_no_links(full: Office) -> None:
    wish = Wish(until=full.clock.now() + timedelta(days=1))
    with pytest.raises(Unsupported, match="128"):
        await full.records.links.give(MEI_ASKS, MEI, wish, house="https://" + "a" * 90)


# Whose it is


async def test_only_the_patient_makes_lists_and_ends_links_and_nobody_else_can_tell(
    full: Office,
) -> None:
    given = await give(full)
    links = full.records.links
    answers: set[tuple[str, str]] = set()
    for asking in (JONAS_ASKS, AMARA_ASKS, OPERATOR_ASKS, DEVICE_ASKS):
        for patient in (MEI, "Patient/nobody"):
            for work in (
                give(full, asking, patient),
                links.list(asking, patient),
                links.end(asking, patient, given.link.id),
            ):
                with pytest.raises(NotFound) as caught:
                    await work
                answers.add((caught.value.message, caught.value.hint))
    assert len(answers) == 1
    with pytest.raises(Unauthenticated):
        await links.list(STRANGER_ASKS, MEI)
    his = await give(full, JONAS_ASKS, JONAS)
    for id in (his.link.id, "nothing"):
        with pytest.raises(NotFound, match="no such link"):
            await links.end(MEI_ASKS, MEI, id)
    assert [it.id for it in await links.list(MEI_ASKS, MEI)] == [given.link.id]
    assert (await look(full, given))["files"]


async def test_she_reads_who_opened_her_link_and_who_tried(full: Office) -> None:
    given = await give(full, label="For Dr Ruiz", passcode=PASSCODE)

    await look(full, given, PASSCODE, who="Dr\u202e Ruiz\n")
    with pytest.raises(WrongPasscode):
        await look(full, given, "guess", who="Somebody")
    (link,) = await full.records.links.list(MEI_ASKS, MEI)
    await full.records.links.end(MEI_ASKS, MEI, link.id)

    assert (link.label, link.state, link.opens, link.has_passcode) == (
        "For Dr Ruiz", "open", 1, True,
    )  # fmt: skip
    assert {(it.recipient, it.is_opened) for it in link.openings} == {
        ("Dr Ruiz", True), ("Somebody", False),
    }  # fmt: skip
    me = MEI_ASKS.caller.name
    assert (await lines(full))[:4] == [
        ("unshare", "permit", me), ("open", "deny", "Somebody"), ("open", "permit", "Dr Ruiz"),
        ("share", "permit", me),
    ]  # fmt: skip
    _, _, opening, *_ = await full.records.accesses(MEI_ASKS, MEI)
    assert (opening.via, opening.actor_person, opening.what["Observation"]) == ("link", None, 3)
    assert await full.records.verify() == []


async def test_nobody_opens_a_link_without_saying_who_they_are(full: Office) -> None:
    given = await give(full)
    for nobody in ("", "  ", "\u200b\n"):
        with pytest.raises(Incorrect, match="Nobody"):
            await look(full, given, who=nobody)
    assert (await full.records.links.list(MEI_ASKS, MEI))[0].opens == 0
    assert plain("a" * 500, 120) == "a" * 120


async def test_a_link_shows_the_record_as_it_was(full: Office) -> None:
    given = await give(full, kinds=("summary",))
    await full.keep(observation("later", value=99))

    assert "later" not in json.dumps(
        opened(given, (await look(full, given))["files"][0]["embedded"])
    )


# How it ends


async def test_a_link_that_is_taken_back_is_over_at_once_and_its_files_are_gone(
    full: Office,
) -> None:
    given = await give(full)
    links = full.records.links
    ticket = (await links.open(secret(given), recipient="A", embedded_most=0))["files"][0]

    await links.end(MEI_ASKS, MEI, given.link.id)
    await links.end(MEI_ASKS, MEI, given.link.id)  # again is no error

    with pytest.raises(LinkOver, match="revoked"):
        await look(full, given)
    with pytest.raises(NotFound):
        await links.file(secret(given), ticket["location"])
    assert await full.count("records_link_file") == 0
    assert (await links.list(MEI_ASKS, MEI))[0].state == "revoked"


async def test_a_link_ends_at_its_time_and_its_files_are_swept(full: Office) -> None:
    given = await give(full, until=full.clock.now() + timedelta(minutes=10))
    assert await full.records.links.sweep() == 0
    full.wait(9)
    assert (await look(full, given))["files"]

    full.wait(1)

    with pytest.raises(LinkOver, match="expired"):
        await look(full, given)
    assert await full.records.links.sweep() == 2
    assert await full.count("records_link_file") == 0
    assert (await full.records.links.list(MEI_ASKS, MEI))[0].state == "expired"


async def test_a_link_for_three_opens_three_times_however_many_come_at_once(full: Office) -> None:
    given = await give(full, opens_most=3, kinds=("summary",))

    found = await outcomes(look(full, given, who=f"Reader {n}") for n in range(12))

    assert found == {"opened": 3, "LinkOver": 9}
    (link,) = await full.records.links.list(MEI_ASKS, MEI)
    assert (link.state, link.opens, len(link.openings)) == ("used", 3, 3)
    assert sum(action == "open" for action, *_ in await lines(full)) == 3
    full.wait(6)
    assert await full.records.links.sweep() == 1


async def test_the_last_reader_still_gets_the_files(full: Office) -> None:
    given = await give(full, opens_most=1, kinds=("summary",))
    links = full.records.links
    manifest = await links.open(secret(given), recipient="A", embedded_most=0)

    text = await links.file(secret(given), manifest["files"][0]["location"])

    assert opened(given, text)["type"] == "document"


async def test_passcodes_are_counted_for_life_and_the_last_wrong_one_destroys_the_link(
    full: Office,
) -> None:
    given = await give(full, passcode=PASSCODE)
    left: list[int] = []
    for _ in range(WRONG_MOST - 1):
        with pytest.raises(WrongPasscode) as caught:
            await look(full, given, "guess")
        left.append(caught.value.remaining)
    with pytest.raises(WrongPasscode) as caught:  # none was given: that is no guess
        await look(full, given)
    assert caught.value.remaining == 1
    assert (await look(full, given, PASSCODE))["files"]  # a right one gives no tries back
    with pytest.raises(WrongPasscode) as last:
        await look(full, given, "guess")

    assert left == list(range(WRONG_MOST - 1, 0, -1))
    assert last.value.remaining == 0
    with pytest.raises(LinkOver, match="locked"):
        await look(full, given, PASSCODE)
    assert await full.count("records_link_file") == 0


async def test_many_guesses_at_once_are_no_more_than_ten(full: Office) -> None:
    given = await give(full, passcode=PASSCODE, kinds=("summary",))

    found = await outcomes(look(full, given, f"guess {n}") for n in range(25))

    assert found["WrongPasscode"] <= WRONG_MOST
    assert found["opened"] == 0
    assert sum(found.values()) == 25
    with pytest.raises(LinkOver):
        await look(full, given, PASSCODE)
    guessed = [line for line in await lines(full) if line[:2] == ("open", "deny")]
    assert len(guessed) <= WRONG_MOST


async def test_right_passcodes_at_once_all_open_and_cost_no_tries(full: Office) -> None:
    given = await give(full, passcode=PASSCODE, kinds=("summary",))

    found = await outcomes(look(full, given, PASSCODE) for _ in range(5))

    assert found == {"opened": 5}
    with pytest.raises(WrongPasscode) as caught:
        await look(full, given, "guess")
    assert caught.value.remaining == WRONG_MOST - 1


async def test_a_link_is_not_asked_for_without_end(full: Office) -> None:
    given = await give(full, kinds=("summary",))
    now = [0.0]
    paces = Paces(lambda: now[0])
    for _ in range(PACE):
        paces.step("a")
    with pytest.raises(TooOften):
        paces.step("a")
    paces.step("b")
    now[0] = PACE_S
    paces.step("a")

    found = await outcomes(look(full, given) for _ in range(PACE + 5))

    assert found == {"opened": PACE, "TooOften": 5}


async def test_too_many_open_links_are_refused(
    full: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asklepion.records.service.links.giving.OPEN_MOST", 2)
    assert OPEN_MOST > 2
    first = await give(full, kinds=("summary",))
    found = await outcomes(give(full, kinds=("summary",)) for _ in range(3))
    assert found == {"opened": 1, "Conflict": 2}

    await full.records.links.end(MEI_ASKS, MEI, first.link.id)

    assert await give(full, kinds=("summary",))
    with pytest.raises(Conflict):
        await give(full)


async def test_when_she_is_erased_her_links_are_as_if_they_had_never_been(full: Office) -> None:
    given = await give(full, passcode=PASSCODE)
    his = await give(full, JONAS_ASKS, JONAS)
    await look(full, given, PASSCODE)

    erasure = await full.records.erase(MEI_ASKS, MEI, Ground.WITHDRAWN)

    assert erasure.destroyed["records_link"] == 1
    assert erasure.destroyed["records_link_file"] == 2
    assert erasure.destroyed["records_link_opening"] == 1
    with pytest.raises(HouseError) as caught:
        await look(full, given, PASSCODE)
    with pytest.raises(HouseError) as never:
        await full.records.links.open("A" * 43, recipient="A")
    assert (type(caught.value), caught.value.message) == (type(never.value), never.value.message)
    assert (await look(full, his))["files"]
    assert await full.count("records_link") == 1


async def test_opening_and_erasing_at_once_leave_nothing_behind(full: Office) -> None:
    given = await give(full, kinds=("summary",))

    async def erase() -> None:
        await full.records.erase(MEI_ASKS, MEI, Ground.WITHDRAWN)

    await asyncio.gather(
        *(look(full, given, who=f"R{n}") for n in range(6)), erase(), return_exceptions=True
    )

    for table in ("records_link", "records_link_file", "records_link_opening"):
        assert await full.count(table) == 0
    assert await full.records.verify() == []


# Over HTTP


async def test_over_http_anybody_opens_a_link_from_any_site_and_is_told_why_it_does_not(
    full: Office, client_of: Any, stranger: Any
) -> None:
    from ..people import JONAS_CALLS, MEI_CALLS

    mei, jonas = client_of(MEI_CALLS), client_of(JONAS_CALLS)
    path = "/api/records/patients/mei/links"
    until = (full.clock.now() + timedelta(days=1)).isoformat()
    wish = {"until": until, "label": "x", "passcode": PASSCODE, "files": ["summary"]}

    made = await mei.post(path, json=wish)
    assert made.status_code == 201, made.text
    held = payload(Given(link=None, **{k: made.json()[k] for k in ("shlink", "url", "qr")}))  # pyright: ignore
    url = str(held["url"]).removeprefix("http://house")
    wrong = await stranger.post(url, json={"recipient": "A", "passcode": "guess"})
    right = await stranger.post(
        url, json={"recipient": "A", "passcode": PASSCODE, "embeddedLengthMax": 5}
    )
    location = right.json()["files"][0]["location"]
    file = await stranger.get(str(location).removeprefix("http://house"))
    asked = await stranger.options(url)
    (listed,) = (await mei.get(path)).json()
    other = await jonas.delete(f"{path}/{listed['id']}")
    ended = await mei.delete(f"{path}/{listed['id']}")
    over = await stranger.post(url, json={"recipient": "A", "passcode": PASSCODE})
    garbage = [
        await stranger.post(url, content=body)
        for body in (b"", b"[]", b'{"recipient": 3}', b"x" * 9000)
    ]
    unread = await mei.post(path, json={"until": "tomorrow"})
    zoneless = await mei.post(path, json={"until": "2026-03-02T00:00:00"})
    nothing = await stranger.get(url)

    assert held["url"].startswith("http://house/api/records/shl/")
    assert (wrong.status_code, wrong.json()) == (401, {"remainingAttempts": 9})
    assert right.headers["access-control-allow-origin"] == "*"
    assert right.headers["content-type"] == "application/json"
    assert (file.status_code, file.headers["content-type"]) == (200, "application/jose")
    assert asked.headers["access-control-allow-headers"] == "content-type"
    assert [it["recipient"] for it in listed["openings"]] == ["A", "A"]
    assert (other.status_code, ended.status_code) == (404, 204)
    assert over.status_code == 404
    assert over.json()["issue"][0]["details"]["coding"] == [{"code": "revoked"}]
    assert {it.status_code for it in garbage} == {400}
    assert (unread.status_code, zoneless.status_code, nothing.status_code) == (400, 400, 404)
    assert orjson.loads(nothing.content)["resourceType"] == "OperationOutcome"
