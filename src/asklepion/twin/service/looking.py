"""Looks at one record: what is asked, what is hidden, and what is read of it.

Everything the twin knows of a patient comes through here: one look is one entry in her log.
"""

from collections.abc import Iterable, Mapping, Sequence

from asklepion.records import Asking, Category, Permit, Records

from ..engine.asking import Seen, Wish, read_charts, wished
from ..engine.chart import Chart
from ..engine.criteria import BY_CONDITIONS, BY_MEDICINES
from ..engine.measures import LABS, VITALS
from ..engine.questions import Answer, Question

# What an input needs to be seen, and so which inputs are hidden when it is not.
NEEDS_CATEGORY: Mapping[str, Category] = {
    **{measure.key: Category.VITALS for measure in VITALS},
    **{measure.key: Category.LABORATORY for measure in LABS},
    **dict.fromkeys(("inr", "urea"), Category.LABORATORY),
    **dict.fromkeys(("waist_cm", "height_m", "resting_heart_rate"), Category.VITALS),
    **dict.fromkeys(BY_CONDITIONS, Category.CONDITIONS),
    **dict.fromkeys(BY_MEDICINES, Category.MEDICINES),
    **dict.fromkeys(("acvpu", "supplemental_o2"), Category.VITALS),
    **dict.fromkeys(("dm", "prior_cvd", "pregnancy"), Category.CONDITIONS),
    **dict.fromkeys(("bp_tx", "statin"), Category.MEDICINES),
    **dict.fromkeys(("age", "sex"), Category.DEMOGRAPHICS),
    "smoking": Category.SOCIAL,
    "hospital_stay": Category.VISITS,
    "vaccinations": Category.IMMUNISATIONS,
    "procedures": Category.PROCEDURES,
    "results": Category.LABORATORY,
}

# What a number may rest on: whoever may not see all of it sees none of them. Observations are read
# by their codes alone, so that whatever an Observation may be filed as is here.
RESTS_ON = frozenset(
    {
        *(Category.DEMOGRAPHICS, Category.VITALS, Category.LABORATORY, Category.CONDITIONS),
        *(Category.MEDICINES, Category.SOCIAL, Category.PROCEDURES, Category.VISITS),
        *(Category.IMAGING, Category.CARE_PLANS, Category.OTHER),
    }
)


class Looking:
    """Asks the record, and tells apart what is not there from what may not be seen."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def chart(
        self,
        asking: Asking,
        patient: str,
        measured: Mapping[str, int],
        lists: Sequence[Question],
    ) -> Chart:
        """What the record says.

        Args:
            measured: of which measures, and how many of the newest readings.
            lists: what is read to its end, if that can be.
        """
        (seen,) = await self.charts(asking, patient, [Wish(measured=measured, lists=lists)])
        return seen.chart

    async def charts(self, asking: Asking, patient: str, wishes: Sequence[Wish]) -> list[Seen]:
        """What the record says to each wish, all of it in one look."""
        hidden, partly = await self.look(asking, patient)
        answers = await self.ask(asking, patient, wished(patient, wishes))
        # What she hid or showed while we read: an empty answer is no "no".
        now_hidden, now_partly = await self.look(asking, patient)
        hidden, partly = hidden | now_hidden, partly | now_partly
        return read_charts(patient, wishes, answers, hidden=hidden, partly=partly)

    async def sees_all(self, asking: Asking, patient: str) -> bool:
        """Whether the caller may see everything that a number may rest on; an app never does."""
        return self.is_all(asking, await self._records.permits(asking, patient))

    def is_all(self, asking: Asking, permit: Permit | None) -> bool:
        """Whether what stands lets the caller see everything that a number may rest on."""
        if permit is None or asking.caller.app is not None:
            return False
        return permit.categories - permit.partial >= RESTS_ON

    async def look(self, asking: Asking, patient: str) -> tuple[frozenset[str], frozenset[str]]:
        """Which inputs are hidden from the caller, and of which something may be.

        Raises:
            NotFound: everything is.
        """
        permit = await self._records.permits(asking, patient)
        if permit is None:
            # Records says no in its own words, and writes down that somebody tried.
            await self._records.read(asking, *patient.split("/", 1))
            return frozenset(), frozenset()
        needs = NEEDS_CATEGORY.items()
        hidden = frozenset(key for key, category in needs if category not in permit.categories)
        return hidden, frozenset(key for key, category in needs if category in permit.partial)

    async def ask(
        self, asking: Asking, patient: str, questions: Iterable[Question]
    ) -> list[Answer]:
        """All questions as one look at the record, which is one entry in its log.

        Pages that follow are further looks, each with its own entry.
        """
        answers = [Answer(question=question) for question in questions]
        while asked := [answer for answer in answers if answer.is_open]:
            searches = [answer.search(patient) for answer in asked]
            found = await self._records.search_all(asking, searches)
            for answer, one in zip(asked, found, strict=True):
                answer.take(one.entries, one.included, one.next)
        return answers
