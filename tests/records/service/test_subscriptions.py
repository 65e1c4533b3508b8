"""Whoever subscribes is told of what they may see at the moment of telling, until it arrives."""

import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Busy, Forbidden, HouseError, Incorrect, NotFound, Unsupported
from asklepion.records import Asking, Category, Ground
from asklepion.records.engine import validate
from asklepion.records.service.drafting import encode

from ..conftest import Office, open_office
from ..hook import TOPICS, Hook, open_hook, subscription, values
from ..people import (
    ACCOUNTS,
    AMARA,
    AMARA_ASKS,
    BORIS_ASKS,
    DEVICE_ASKS,
    JONAS,
    JONAS_ASKS,
    MEI,
    MEI_ASKS,
    OPERATOR_ASKS,
    STRANGER_ASKS,
    VITALS,
    Resource,
    condition,
    group_of,
    observation,
    organization,
    patient,
)

BASE = "http://house/fhir/R4"


@pytest.fixture
async def hook() -> AsyncGenerator[Hook]:
    async with open_hook() as hook:
        yield hook


async def subscribe(office: Office, asking: Asking, resource: Resource) -> str:
    """Make one and shake hands; returns its id."""
    kept = await office.records.subscriptions.create(asking, resource, base=BASE)
    await office.records.subscriptions.send_due()
    return kept.id


async def tell(office: Office) -> None:
    """Let everything that happened be heard, and send what is due."""
    await office.hear()
    await office.records.subscriptions.send_due()


async def state(office: Office, asking: Asking, id: str) -> str:
    return (await office.records.subscriptions.read(asking, id)).resource["status"]


async def test_a_subscriber_greets_the_endpoint_first_and_then_tells_it_what_is_new(
    full: Office, hook: Hook
) -> None:
    id = await subscribe(full, MEI_ASKS, subscription(hook.url, header=("X-Key: olive",)))
    (greeting,) = hook.take()

    await full.keep(observation("new", value=80))
    await tell(full)

    (call,) = hook.take()
    assert values(greeting.bundle)["type"] == "handshake"
    assert values(greeting.bundle)["status"] == "requested"
    told = values(call.bundle)
    assert (told["type"], told["status"]) == ("event-notification", "active")
    assert told["subscription"] == f"{BASE}/Subscription/{id}"
    assert told["events"] == [{"event-number": "1", "focus": f"{BASE}/Observation/new"}]
    assert call.bundle["entry"][1]["resource"]["valueQuantity"]["value"] == 80
    assert (call.method, call.headers["x-key"]) == ("POST", "olive")
    assert call.headers["content-type"] == "application/fhir+json"
    assert call.headers["host"].startswith("127.0.0.1:")
    assert await state(full, MEI_ASKS, id) == "active"


@pytest.mark.parametrize("content", ["empty", "id-only", "full-resource"])
async def test_a_notification_is_good_fhir_and_holds_as_much_as_was_asked_for(
    full: Office, hook: Hook, content: str
) -> None:
    await subscribe(full, MEI_ASKS, subscription(hook.url, content=content))
    await full.keep(observation("new"))
    await tell(full)

    calls = hook.take()
    assert [validate(call.bundle) for call in calls] == [[], []]
    text = json.dumps(calls[-1].bundle)
    assert ("Observation/new" in text) == (content != "empty")
    assert ('"valueQuantity"' in text) == (content == "full-resource")
    assert ("patient-data-changed" in text) == (content != "empty")


async def test_every_topic_tells_of_its_own(full: Office, hook: Hook) -> None:
    names = ("encounter-start", "encounter-end", "consent-changed", "patient-data-changed")
    ids = {
        await subscribe(full, MEI_ASKS, subscription(hook.url, topic=name)): name for name in names
    }
    hook.take()

    def encounter(status: str) -> Resource:
        held = {"resourceType": "Encounter", "id": "e", "status": status, "class": {"code": "AMB"}}
        return held | {"subject": {"reference": MEI}}

    async def told_of() -> list[tuple[str, int]]:
        await tell(full)
        calls = [values(call.bundle) for call in hook.take()]
        return sorted((ids[t["subscription"].rpartition("/")[2]], len(t["events"])) for t in calls)

    await full.keep(encounter("planned"))
    planned = await told_of()
    await full.keep(encounter("in-progress"))
    started = await told_of()
    await full.keep(encounter("in-progress") | {"length": {"value": 5, "unit": "min"}})
    changed = await told_of()
    await full.keep(encounter("finished"))
    ended = await told_of()
    await full.allow(VITALS)
    allowed = await told_of()

    assert planned == changed == [("patient-data-changed", 1)]
    assert started == [("encounter-start", 1), ("patient-data-changed", 1)]
    assert ended == [("encounter-end", 1), ("patient-data-changed", 1)]
    assert allowed == [("consent-changed", 1), ("patient-data-changed", 1)]


async def test_filters_narrow_a_topic_by_type_patient_code_and_category(
    full: Office, hook: Hook
) -> None:
    await full.allow(frozenset(Category))
    await full.allow(frozenset(Category), asking=JONAS_ASKS)
    filters = ("Observation?patient=mei&code=8867-4", "Observation?category=vital-signs")
    await subscribe(full, AMARA_ASKS, subscription(hook.url, filters=filters))
    hook.take()

    await full.keep(
        observation("yes"), observation("no", kind="laboratory"), condition("no-c"),
        observation("no-j", JONAS),
    )  # fmt: skip
    await tell(full)

    (call,) = hook.take()
    assert [it["focus"] for it in values(call.bundle)["events"]] == [f"{BASE}/Observation/yes"]


async def test_a_plain_search_is_told_as_r4_has_it(full: Office, hook: Hook) -> None:
    plain = subscription(hook.url, criteria="Observation?value-quantity=gt100", content="")
    pinged = {**plain, "channel": {k: v for k, v in plain["channel"].items() if k != "payload"}}
    for each in (plain, pinged):
        await subscribe(full, MEI_ASKS, each)

    await full.keep(observation("low", value=99), observation("high", value=101))
    await tell(full)

    put, post = sorted(hook.take(), key=lambda call: call.method, reverse=True)
    assert (put.method, put.path) == ("PUT", "/hook/Observation/high")
    assert json.loads(put.body)["valueQuantity"]["value"] == 101
    assert (post.method, post.path, post.body) == ("POST", "/hook", b"")


async def test_a_plain_search_may_be_told_by_notifications_too(full: Office, hook: Hook) -> None:
    wish = subscription(hook.url, criteria="Observation?code=8867-4", content="id-only")
    await subscribe(full, MEI_ASKS, wish)
    hook.take()

    await full.keep(observation("new"))
    await tell(full)

    (call,) = hook.take()
    assert "topic" not in values(call.bundle)
    assert len(values(call.bundle)["events"]) == 1


async def test_an_import_is_told_of_resource_by_resource_to_who_subscribes(
    full: Office, hook: Hook, tmp_path: Path
) -> None:
    await subscribe(full, MEI_ASKS, subscription(hook.url, content="id-only"))
    hook.take()
    lines = [observation("imported-1"), observation("imported-2"), observation("his", JONAS)]
    file = tmp_path / "some.ndjson"
    file.write_text("\n".join(json.dumps(each) for each in lines))

    async for _ in full.records.take_in(replace(OPERATOR_ASKS, via="import"), file):
        pass
    await tell(full)

    events = [event for call in hook.take() for event in values(call.bundle)["events"]]
    assert [it["focus"].rpartition("/")[2] for it in events] == ["imported-1", "imported-2"]
    assert [it["event-number"] for it in events] == ["1", "2"]


# Who is told, decided at the moment of telling


async def test_what_consent_does_not_open_is_not_told_of_and_counts_nothing(
    full: Office, hook: Hook
) -> None:
    await full.allow(VITALS)
    await subscribe(full, AMARA_ASKS, subscription(hook.url, heartbeat_period=60))
    hook.take()

    await full.keep(observation("sodium-2", kind="laboratory"), condition("new"))
    await tell(full)
    assert hook.take() == []
    await full.keep(observation("pulse-3"))
    await tell(full)
    full.wait(2)
    await tell(full)

    first, beat = (values(call.bundle) for call in hook.take())
    assert first["events"][0]["event-number"] == "1"
    assert first["events-since-subscription-start"] == "1"
    assert (beat["type"], beat["events-since-subscription-start"]) == ("heartbeat", "1")


async def test_when_consent_is_taken_back_between_hearing_and_sending_nothing_leaves(
    full: Office, hook: Hook
) -> None:
    consent = await full.allow(VITALS)
    id = await subscribe(full, AMARA_ASKS, subscription(hook.url))
    hook.take()

    await full.keep(observation("pulse-3"))
    await full.hear()
    await full.records.revoke(MEI_ASKS, consent)
    await tell(full)

    assert hook.take() == []
    assert await full.count("records_subscription_event") == 0
    (_, told), *_ = await full.records.subscriptions.statuses(AMARA_ASKS, [id])
    assert "Observation" not in json.dumps(told)
    since = next(p for p in told["parameter"] if p["name"].startswith("events-since"))
    assert since["valueString"] == "0"


async def test_a_retry_is_decided_afresh(full: Office, hook: Hook) -> None:
    consent = await full.allow(VITALS)
    id = await subscribe(full, AMARA_ASKS, subscription(hook.url))
    hook.take()
    hook.status = 503
    await full.keep(observation("pulse-3"))
    await tell(full)
    assert len(hook.take()) == 1

    hook.status = 200
    await full.records.revoke(MEI_ASKS, consent)
    full.wait(5)
    await tell(full)

    assert hook.take() == []
    bundle = await full.records.subscriptions.events(AMARA_ASKS, id)
    assert values(bundle)["events"] == []
    assert len(bundle["entry"]) == 1


async def test_each_disclosure_is_a_line_in_the_patient_s_log_that_names_the_subscriber(
    full: Office, hook: Hook
) -> None:
    await full.allow(VITALS)
    await subscribe(full, AMARA_ASKS, subscription(hook.url, content="empty"))
    await full.keep(observation("pulse-3"), observation("not", kind="laboratory"))
    await tell(full)

    lines = await full.records.accesses(MEI_ASKS, MEI)
    (line,) = (each for each in lines if each.via == "subscription")
    assert (line.actor_person, line.outcome, dict(line.what)) == (
        AMARA,
        "permit",
        {"Observation": 1},
    )
    assert line.refs == ("Observation/pulse-3",)


async def test_that_somebody_subscribes_to_a_patient_is_a_line_too(
    full: Office, hook: Hook
) -> None:
    await full.allow(VITALS)
    await subscribe(full, AMARA_ASKS, subscription(hook.url, filters=(f"patient={MEI}",)))

    lines = await full.records.accesses(MEI_ASKS, MEI)
    assert any(each.actor_person == AMARA and "Subscription" in each.what for each in lines)


async def test_a_patient_is_told_of_herself_alone(full: Office, hook: Hook) -> None:
    await subscribe(full, MEI_ASKS, subscription(hook.url))
    hook.take()

    await full.keep(observation("his", JONAS), group_of([MEI, JONAS]))
    await tell(full)

    assert hook.take() == []


async def test_what_is_about_one_patient_ends_with_her_consent(full: Office, hook: Hook) -> None:
    consent = await full.allow(VITALS)
    filters = (f"Observation?patient={MEI}",)
    id = await subscribe(full, AMARA_ASKS, subscription(hook.url, filters=filters))

    await full.records.revoke(MEI_ASKS, consent)
    await full.hear()

    kept = await full.records.subscriptions.read(AMARA_ASKS, id)
    assert kept.resource["status"] == "off"
    assert "consent" in kept.resource["error"]


async def test_it_ends_when_the_consent_s_time_is_over_too(full: Office, hook: Hook) -> None:
    await full.allow(VITALS, minutes=30)
    filters = (f"Observation?patient={MEI}",)
    id = await subscribe(full, AMARA_ASKS, subscription(hook.url, filters=filters))

    full.wait(31)
    await full.records.expire()
    await full.hear()

    assert await state(full, AMARA_ASKS, id) == "off"


async def test_it_ends_when_the_account_is_gone(
    full: Office, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    await full.allow(VITALS)
    id = await subscribe(full, AMARA_ASKS, subscription(hook.url, heartbeat_period=10))
    hook.take()

    monkeypatch.delitem(ACCOUNTS, AMARA_ASKS.caller.account)
    await full.keep(observation("pulse-3"))
    full.wait(1)
    await tell(full)

    assert hook.take() == []
    assert await state(full, AMARA_ASKS, id) == "off"


async def test_it_ends_at_its_end(full: Office, hook: Hook) -> None:
    end = (full.clock.now() + timedelta(minutes=5)).isoformat()
    id = await subscribe(full, MEI_ASKS, {**subscription(hook.url), "end": end})
    hook.take()

    full.wait(6)
    await full.keep(observation("late"))
    await tell(full)

    assert hook.take() == []
    assert await state(full, MEI_ASKS, id) == "off"


async def test_an_erased_patient_takes_her_subscriptions_and_what_they_tell_with_her(
    full: Office, hook: Hook
) -> None:
    await full.allow(frozenset(Category))
    await full.allow(frozenset(Category), asking=JONAS_ASKS)
    await subscribe(full, MEI_ASKS, subscription(hook.url))
    await subscribe(full, AMARA_ASKS, subscription(hook.url, filters=(f"patient={MEI}",)))
    await subscribe(full, AMARA_ASKS, subscription(hook.url))
    await full.keep(observation("new"), observation("his", JONAS), group_of([MEI, JONAS]))
    await tell(full)
    assert await full.count("records_subscription_event") > 3

    await full.records.erase(MEI_ASKS, MEI, Ground.WITHDRAWN)

    async with full.db.read() as tx:
        left = await tx.all("SELECT id, patient, account FROM records_subscription")
        events = await tx.all("SELECT reference, patient FROM records_subscription_event")
    assert [(patient, account) for _, patient, account in left] == [("", "account-amara")]
    assert {of for of, _ in events if "Consent" not in of} == {"Observation/his", "Group/cohort"}
    assert MEI not in {patient for _, patient in events}


@pytest.mark.parametrize("content", ["empty", "full-resource"])
async def test_a_house_with_what_is_denied_and_one_without_it_tell_the_same(
    database_url: str, tmp_path: Path, clock: StoppedClock, hook: Hook, content: str
) -> None:
    """Every notification, status, event and error of a doctor, while consent comes and goes."""
    secret = [observation("sodium", kind="laboratory"), condition("hidden")]
    told: list[Any] = []
    for name, url, hidden in (("with", database_url, True), ("without", "", False)):
        (tmp_path / name).mkdir()
        office = await open_office(url, tmp_path / name, StoppedClock(clock.at))
        try:
            told.append(await _life(office, hook, content, secret if hidden else []))
        finally:
            await office.records.stop()
            await office.db.close()

    assert told[0] == told[1]
    assert "event-notification" in str(told[0])


async def _life(office: Office, hook: Hook, content: str, hidden: list[Resource]) -> list[Any]:
    """What a doctor and his endpoint learn; ids of ours are left out."""
    told: list[Any] = []
    subscriptions = office.records.subscriptions

    async def note(id: str) -> None:
        await tell(office)
        calls = [values(call.bundle) | {"subscription": ""} for call in hook.take()]
        ((_, now),) = await subscriptions.statuses(AMARA_ASKS, [id])
        events = values(await subscriptions.events(AMARA_ASKS, id)) | {"subscription": ""}
        told.append((calls, now["parameter"][1:], events))

    await office.keep(patient(MEI), patient(JONAS), organization())
    consent = await office.allow(VITALS)
    wish = subscription(hook.url, content=content, heartbeat_period=60)
    id = await subscribe(office, AMARA_ASKS, wish)
    await office.keep(*hidden)
    await note(id)
    await office.keep(observation("pulse"), *({**each, "id": f"{each['id']}-2"} for each in hidden))
    await note(id)
    await office.records.revoke(MEI_ASKS, consent)
    if hidden:  # from here on all of her is hidden
        await office.keep(observation("pulse-2"), {**observation("pulse"), "status": "amended"})
    office.wait(2)
    await note(id)
    for criteria in (f"Observation?patient={MEI}", "Observation?patient=Patient/none"):
        wrong = subscription(hook.url, criteria=criteria)
        try:
            await subscriptions.create(AMARA_ASKS, wrong, base=BASE)
        except HouseError as error:
            told.append((type(error).__name__, error.message, error.hint))
    assert told[-1] == told[-2]
    return told


# It arrives


async def test_what_does_not_arrive_is_tried_again_later_each_time_with_the_same_number(
    full: Office, hook: Hook
) -> None:
    id = await subscribe(full, MEI_ASKS, subscription(hook.url))
    hook.take()
    hook.status = 500
    await full.keep(observation("new"))
    await tell(full)
    await tell(full)  # too early
    tried = len(hook.take())
    full.wait(0.1)
    await tell(full)
    full.wait(0.1)
    await tell(full)
    failing = await state(full, MEI_ASKS, id)
    hook.status = 200
    full.wait(1)
    await tell(full)
    await tell(full)

    numbers = [values(call.bundle)["events"][0]["event-number"] for call in hook.take()]
    assert tried == 1
    assert failing == "error"
    assert numbers == ["1", "1", "1"]
    assert await state(full, MEI_ASKS, id) == "active"


async def test_after_a_day_of_failures_it_is_given_up_and_made_again_by_its_owner(
    full: Office, hook: Hook
) -> None:
    id = await subscribe(full, MEI_ASKS, subscription(hook.url))
    hook.status = 404
    await full.keep(observation("new"))
    for _ in range(30):
        await tell(full)
        full.wait(61)
    given_up = await full.records.subscriptions.read(MEI_ASKS, id)
    hook.take()

    hook.status = 200
    again = {**given_up.resource, "status": "requested"}
    await full.records.subscriptions.update(MEI_ASKS, again, base=BASE)
    await tell(full)
    await full.keep(observation("newer"))
    await tell(full)

    assert given_up.resource["status"] == "off"
    assert "endpoint" in given_up.resource["error"]
    greeting, call = (values(each.bundle) for each in hook.take())
    assert greeting["type"] == "handshake"
    assert call["events"] == [{"event-number": "2", "focus": f"{BASE}/Observation/newer"}]


async def test_an_endpoint_that_takes_no_greeting_is_told_nothing(full: Office, hook: Hook) -> None:
    hook.status = 401
    id = await subscribe(full, MEI_ASKS, subscription(hook.url))
    hook.take()

    await full.keep(observation("new"))
    await tell(full)
    full.wait(1)
    await tell(full)

    assert {values(call.bundle)["type"] for call in hook.take()} == {"handshake"}
    assert await state(full, MEI_ASKS, id) == "error"


async def test_a_slow_endpoint_is_waited_for_only_so_long(full: Office, hook: Hook) -> None:
    hook.delay_s = 30
    id = await subscribe(full, MEI_ASKS, subscription(hook.url, timeout=1))

    assert await state(full, MEI_ASKS, id) == "error"


async def test_a_redirection_is_not_followed(full: Office, hook: Hook) -> None:
    hook.status, hook.more = 302, f"location: {hook.url}/elsewhere\r\n"
    await subscribe(full, MEI_ASKS, subscription(hook.url))

    assert [call.path for call in hook.take()] == ["/hook"]


async def test_what_was_told_can_be_asked_for_again_by_its_number(full: Office, hook: Hook) -> None:
    id = await subscribe(full, MEI_ASKS, subscription(hook.url, content="id-only"))
    for number in range(1, 4):
        await full.keep(observation(f"new-{number}"))
        await tell(full)

    held = await full.records.subscriptions.events(MEI_ASKS, id, 2, 3, "full-resource")

    bundle = json.loads(encode(held))
    told = values(bundle)
    assert (told["type"], bundle["type"]) == ("query-event", "history")
    assert [it["event-number"] for it in told["events"]] == ["2", "3"]
    assert [it["resource"]["id"] for it in bundle["entry"][1:]] == ["new-2", "new-3"]
    assert validate(bundle) == []


async def test_no_more_is_in_one_notification_than_was_asked_for(full: Office, hook: Hook) -> None:
    await subscribe(full, MEI_ASKS, subscription(hook.url, max_count=2, content="id-only"))
    hook.take()

    await full.keep(*(observation(f"new-{number}") for number in range(5)))
    for _ in range(3):
        await tell(full)

    counts = [len(values(call.bundle)["events"]) for call in hook.take()]
    assert counts == [2, 2, 1]


async def test_the_same_event_heard_twice_is_told_once(full: Office, hook: Hook) -> None:
    from asklepion.records import ResourceKept

    await subscribe(full, MEI_ASKS, subscription(hook.url))
    hook.take()
    await full.keep(observation("new"))
    await tell(full)

    async with full.db.begin() as tx:  # as after a kill between hearing and forgetting
        await full.events.tell(tx, ResourceKept("Observation/new", MEI, 1, 1))
    await tell(full)

    assert len(hook.take()) == 1


# Who may, and what is refused


async def test_only_people_subscribe_and_each_sees_her_own(full: Office, hook: Hook) -> None:
    subscriptions = full.records.subscriptions
    for asking in (STRANGER_ASKS, DEVICE_ASKS, replace(AMARA_ASKS, purpose="BTG")):
        with pytest.raises(HouseError):
            await subscriptions.create(asking, subscription(hook.url), base=BASE)
    id = await subscribe(full, MEI_ASKS, subscription(hook.url))

    for asking in (AMARA_ASKS, JONAS_ASKS, OPERATOR_ASKS):
        for work in (
            subscriptions.read(asking, id),
            subscriptions.delete(asking, id),
            subscriptions.events(asking, id),
            subscriptions.token(asking, [id]),
            subscriptions.update(asking, subscription(hook.url) | {"id": id}, base=BASE),
        ):
            with pytest.raises(NotFound, match="no such Subscription"):
                await work
        assert await subscriptions.search(asking, []) == []
        assert await subscriptions.statuses(asking) == []


async def test_a_doctor_subscribes_to_a_patient_only_while_she_allows_something(
    full: Office, hook: Hook
) -> None:
    wish = subscription(hook.url, filters=(f"Observation?patient={MEI}",))
    with pytest.raises(NotFound, match="no such Patient"):
        await full.records.subscriptions.create(AMARA_ASKS, wish, base=BASE)

    await full.allow(VITALS)

    assert await full.records.subscriptions.create(AMARA_ASKS, wish, base=BASE)
    with pytest.raises(NotFound, match="no such Patient"):
        await full.records.subscriptions.create(BORIS_ASKS, wish, base=BASE)
    with pytest.raises(NotFound, match="no such Patient"):
        await full.records.subscriptions.create(JONAS_ASKS, wish, base=BASE)


async def test_an_account_has_only_so_many(full: Office, hook: Hook) -> None:
    for _ in range(20):
        await full.records.subscriptions.create(MEI_ASKS, subscription(hook.url), base=BASE)

    with pytest.raises(Busy, match="too many"):
        await full.records.subscriptions.create(MEI_ASKS, subscription(hook.url), base=BASE)


HTTPS = "https://example.org/hook"
WRONG: list[tuple[Resource, type[HouseError]]] = [
    (subscription("http://example.org/hook"), Incorrect),
    (subscription("https://localhost/hook"), Incorrect),
    (subscription("https://10.0.0.1/hook"), Incorrect),
    (subscription("https://169.254.169.254/latest"), Incorrect),
    (subscription("https://[::1]/hook"), Incorrect),
    (subscription("https://[::ffff:192.168.0.1]/hook"), Incorrect),
    (subscription("https://user:word@example.org/hook"), Incorrect),
    (subscription("ftp://example.org/hook"), Incorrect),
    (subscription(HTTPS, topic="nothing-like-it"), Unsupported),
    (subscription(HTTPS, content=""), Incorrect),
    (subscription(HTTPS, content="everything"), Incorrect),
    (subscription(HTTPS, criteria="Nothing?code=1"), Incorrect),
    (subscription(HTTPS, criteria="Observation?colour=red"), Incorrect),
    (subscription(HTTPS, criteria="Observation?_include=*"), Incorrect),
    (subscription(HTTPS, filters=("Observation?colour=red",)), Incorrect),
    (subscription(HTTPS, filters=("code=1",)), Incorrect),
    (subscription(HTTPS, topic="encounter-end", filters=("Observation?code=1",)), Incorrect),
    (subscription(HTTPS, filters=(f"patient={MEI}", f"patient={JONAS}")), Incorrect),
    (subscription(HTTPS, heartbeat_period=1), Incorrect),
    (subscription(HTTPS, timeout=3600), Incorrect),
    (subscription(HTTPS, header=("Host: elsewhere",)), Incorrect),
    (subscription(HTTPS, header=("X: a\r\nY: b",)), Incorrect),
    (subscription(HTTPS, header=("X-Key: ***",)), Incorrect),
    ({**subscription(HTTPS), "end": "2020-01-01T00:00:00Z"}, Incorrect),
    ({k: v for k, v in subscription(HTTPS).items() if k != "reason"}, Incorrect),
]


async def test_what_cannot_be_done_is_refused_with_advice(full: Office) -> None:
    for wish, error in WRONG:
        with pytest.raises(error) as refused:
            await full.records.subscriptions.create(MEI_ASKS, wish, base=BASE)

        assert refused.value.hint


async def test_what_is_in_a_header_is_kept_sealed_and_shown_to_nobody(
    full: Office, hook: Hook
) -> None:
    wish = subscription(hook.url, header=("Authorization: Bearer olive-tree",))
    id = await subscribe(full, MEI_ASKS, wish)
    subscriptions = full.records.subscriptions
    shown = (await subscriptions.read(MEI_ASKS, id)).resource

    changed = await subscriptions.update(MEI_ASKS, {**shown, "reason": "Another"}, base=BASE)
    await tell(full)
    elsewhere = {**shown, "channel": {**shown["channel"], "endpoint": HTTPS}}
    with pytest.raises(Incorrect, match="hidden"):
        await subscriptions.update(MEI_ASKS, elsewhere, base=BASE)

    assert shown["channel"]["header"] == ["Authorization: ***"]
    assert changed.version == 2
    assert {call.headers["authorization"] for call in hook.take()} == {"Bearer olive-tree"}
    async with full.db.read() as tx:
        ((body,),) = await tx.all("SELECT body FROM records_subscription")
    assert b"olive" not in body
    assert b"hook" not in body


async def test_a_subscription_is_not_written_like_a_record(full: Office, hook: Hook) -> None:
    resource = subscription(hook.url) | {"id": "s-1"}
    entry = {"resource": resource, "request": {"method": "PUT", "url": "Subscription/s-1"}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}

    for asking in (MEI_ASKS, AMARA_ASKS, OPERATOR_ASKS):
        with pytest.raises((Forbidden, NotFound)):
            await full.records.transact(asking, bundle)


async def test_every_topic_has_an_address_of_its_own() -> None:
    from asklepion.records.service.subscribing.topics import TOPICS as KNOWN

    assert all(url.startswith(f"{TOPICS}/") for url in KNOWN)
