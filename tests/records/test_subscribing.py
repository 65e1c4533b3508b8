"""Subscriptions over HTTP: made, read, searched, asked where they stand."""

from httpx import AsyncClient

from .hook import subscription
from .people import VITALS

URL = "https://example.org/hook"
SUBSCRIPTION = "/fhir/R4/Subscription"


async def test_a_subscription_is_made_read_changed_searched_and_deleted(mei: AsyncClient) -> None:
    made = await mei.post(SUBSCRIPTION, json=subscription(URL, header=("X-Key: olive",)))
    id = made.json()["id"]
    where = f"{SUBSCRIPTION}/{id}"
    body = (await mei.get(where)).json()
    changed = await mei.put(where, json={**body, "status": "off"}, headers={"if-match": 'W/"1"'})
    late = await mei.put(where, json=body, headers={"if-match": 'W/"1"'})
    found = (await mei.get(SUBSCRIPTION, params={"status": "off"})).json()
    none = (await mei.post(f"{SUBSCRIPTION}/_search", data={"status": "active"})).json()
    wrong = await mei.get(SUBSCRIPTION, params={"colour": "red"})
    gone = await mei.delete(where)

    assert (made.status_code, changed.status_code, gone.status_code) == (201, 200, 204)
    assert made.headers["etag"] == 'W/"1"'
    assert "olive" not in made.text
    assert changed.json()["status"] == "off"
    assert late.status_code == 412
    assert [entry["resource"]["id"] for entry in found["entry"]] == [id]
    assert none["total"] == 0
    assert wrong.status_code == 400
    assert (await mei.get(where)).status_code == 404


async def test_where_it_stands_and_what_it_told_is_asked_by_operations(mei: AsyncClient) -> None:
    id = (await mei.post(SUBSCRIPTION, json=subscription())).json()["id"]
    one = (await mei.get(f"{SUBSCRIPTION}/{id}/$status")).json()
    asked = {"resourceType": "Parameters", "parameter": [{"name": "id", "valueId": id}]}
    several = (await mei.post(f"{SUBSCRIPTION}/$status", json=asked)).json()
    events = await mei.get(f"{SUBSCRIPTION}/{id}/$events", params={"eventsSinceNumber": "1"})
    wrong = await mei.get(f"{SUBSCRIPTION}/{id}/$events", params={"eventsSinceNumber": "one"})
    token = (await mei.get(f"{SUBSCRIPTION}/{id}/$get-ws-binding-token")).json()

    assert one["type"] == "searchset"
    names = [each["name"] for each in one["entry"][0]["resource"]["parameter"]]
    assert names[:3] == ["subscription", "topic", "status"]
    assert several["entry"][0]["resource"] == one["entry"][0]["resource"]
    assert events.json()["type"] == "history"
    assert wrong.status_code == 400
    held = {each["name"]: each for each in token["parameter"]}
    assert held["subscription"]["valueString"] == id
    assert held["websocket-url"]["valueUrl"] == "ws://house/api/records/subscriptions"
    assert len(held["token"]["valueString"]) > 30


async def test_another_s_subscription_is_not_there(mei: AsyncClient, amara: AsyncClient) -> None:
    id = (await mei.post(SUBSCRIPTION, json=subscription())).json()["id"]

    async def answers(id: str) -> list[tuple[int, str]]:
        where = f"{SUBSCRIPTION}/{id}"
        got = [
            await amara.get(where),
            await amara.delete(where),
            await amara.get(f"{where}/$status"),
            await amara.get(f"{where}/$events"),
            await amara.get(f"{where}/$get-ws-binding-token"),
            await amara.put(where, json={**subscription(), "id": id}),
        ]
        return [(each.status_code, each.text) for each in got]

    assert await answers(id) == await answers("019ca945-0a00-757e-8477-e113b72d79f4")
    assert {status for status, _ in await answers(id)} == {404}


async def test_what_can_be_subscribed_to_stands_in_the_statement(mei: AsyncClient) -> None:
    statement = (await mei.get("/fhir/R4/metadata")).json()

    rest = statement["rest"][0]
    (told,) = (each for each in rest["resource"] if each["type"] == "Subscription")
    assert len(told["extension"]) == 4
    assert rest["extension"][0]["valueUri"].endswith("/api/records/subscriptions")
    codes = {each["code"] for each in told["interaction"]}
    assert codes == {"create", "read", "update", "delete", "search-type"}


async def test_a_statement_with_topics_is_good_fhir(mei: AsyncClient) -> None:
    from asklepion.records.engine import validate

    assert validate((await mei.get("/fhir/R4/metadata")).json()) == []
    assert VITALS
