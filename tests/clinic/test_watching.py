from contextlib import AsyncExitStack, aclosing

from httpx import AsyncClient

from asklepion.app import House
from asklepion.clinic.service.watching import MOST_STREAMS, Watching
from tests.conftest import People


async def test_an_account_follows_its_visit_in_so_many_windows_and_no_more(
    house: House, people: People, patient: AsyncClient
) -> None:
    async with AsyncExitStack() as open:
        for _ in range(MOST_STREAMS):
            news = await open.enter_async_context(aclosing(house.clinic.watch(people.patient)))
            await anext(news)

        refused = await patient.get("/api/clinic/live")
        assert refused.status_code == 503
        assert "windows" in refused.text
        async with aclosing(house.clinic.watch(people.doctor)) as other:
            assert await anext(other) is None

    async with aclosing(house.clinic.watch(people.patient)) as again:
        assert await anext(again) is None


def test_nothing_is_remembered_of_who_does_not_watch_any_more() -> None:
    watching = Watching()
    with watching.news("ada"), watching.news("ada"), watching.news("bo"):
        assert watching.count == 2

    assert watching.count == 0
