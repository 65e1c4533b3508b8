"""Images: DICOM objects kept under their patients' keys, shown as their ImagingStudies are.

Whoever may read an ImagingStudy may see what lies in it, at that very moment; each look is a read
of that study, decided and written down like any other.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from asklepion.kit.db import Tx
from asklepion.kit.errors import Gone, Incorrect, NotFound, Unsupported
from asklepion.kit.log import get_log

from ..model import Asking, Forgotten, Resource
from ..store import duplicates, rows
from ..store import imaging as store
from .absent import not_found
from .aliases import Aliases
from .deciding import me_of
from .granting import Granter
from .imaging.files import Files
from .imaging.keeping import VIA, Keeping, Outcome
from .imaging.studies import (
    Image,
    found_instance,
    found_series,
    found_study,
    identifier_of,
    shown_study,
    without_person,
)
from .parts import Parts
from .reading import Reader
from .sealing import Texts
from .searching import Params, Searcher, Wanted

if TYPE_CHECKING:
    from ..engine.dicom import Frame

log = get_log(__name__)

MIB = 1024 * 1024
NOWHERE = "-"  # an id that nothing has
STUDIES_MOST = 100  # in one answer

__all__ = ["Images", "Outcome"]


@dataclass(frozen=True, kw_only=True)
class Study:
    """One study that the caller may see, with what lies in it."""

    resource: Resource
    images: list[Image]
    shows_person: bool  # the caller may also know who it is of


class Images:
    """The verbs.

    Args:
        texts: seals them.
        folder: where the sealed files lie.
        largest: bytes of one object.
    """

    def __init__(
        self,
        parts: Parts,
        *,
        texts: Texts,
        searcher: Searcher,
        reader: Reader,
        granter: Granter,
        aliases: Aliases,
        folder: Path,
        largest: int = 256 * MIB,
    ) -> None:
        self.largest = largest
        self._parts = parts
        self._searcher = searcher
        self._reader = reader
        self._granter = granter
        self._files = Files(folder, texts)
        self._keeping = Keeping(
            parts, texts=texts, searcher=searcher, files=self._files, aliases=aliases
        )

    async def start(self) -> None:
        """Take away files that belong to nothing."""
        async with self._parts.db.read() as tx:
            known = await store.all_ids(tx)
        count = await self._files.sweep(known)
        if count:
            log.info("stray images removed", count=count)

    async def keep(
        self,
        asking: Asking,
        objects: Sequence[tuple[str, bytes]],
        patient: str = "",
        *,
        study: str = "",
    ) -> list[Outcome]:
        """Keep objects, by an operator or the patient; returns what became of each.

        Args:
            objects: their names and what they are.
            patient: Patient/…: whose they are, where that is not told by a number known here.
            study: the UID that all of them must have, where it is not empty.

        Raises:
            Unauthenticated, Forbidden: the account may bring nothing.
        """
        return await self._keeping.keep(asking, objects, patient, study)

    # Seen

    async def study(self, asking: Asking, id: str) -> Study:
        """A study by the id of its ImagingStudy.

        Raises:
            NotFound, Gone: it is not there, or not for this caller.
        """
        asking = _as_imaging(asking)
        resource: Resource = orjson.loads(
            (await self._reader.read(asking, "ImagingStudy", id)).body
        )
        patient = resource["subject"].get("reference", "")
        async with self._parts.db.read() as tx:
            own = await _own(tx, id, patient)
        return Study(
            resource=resource,
            images=await self._keeping.open(own),
            shows_person=bool(own) and await self._shows_person(asking, patient),
        )

    async def _shows_person(self, asking: Asking, patient: str) -> bool:
        """Whether the caller may know who a patient is: might read her Patient, at this moment."""
        parts = self._parts
        if me_of(asking.caller) == patient:
            return True
        key = parts.indexer.key_of(*patient.split("/", 1))
        sight = parts.releasing.sight(asking)
        async with parts.db.read() as tx:
            found = await rows.find(tx, [key])
            weighed = await parts.releasing.weigh(tx, asking, sight, list(found.values()))
        return bool(weighed.allowed)

    async def study_by_uid(self, asking: Asking, uid: str) -> Study:
        """A study by its UID. Raises as `study`."""
        async with self._parts.db.read() as tx:
            resources = await store.find_resources(tx, uid)
        for resource in [*resources, *([] if resources else [NOWHERE])]:
            try:
                study = await self.study(asking, resource)
            except (NotFound, Gone):
                continue
            if study.images:
                return study
        raise not_found("ImagingStudy")

    async def shown(self, asking: Asking, id: str) -> dict[str, Any]:
        """A study for the viewer. Raises as `study`."""
        study = await self.study(asking, id)
        return shown_study(study.resource, study.images)

    async def of_patient(self, asking: Asking, patient: str) -> list[dict[str, Any]]:
        """A patient's studies, newest first, each with the first object that has a picture.

        Raises:
            NotFound: the patient is not there, or has allowed the caller nothing.
        """
        asking = _as_imaging(asking)
        if await self._granter.permits(asking, patient) is None:
            raise not_found("Patient")
        params = [("patient", patient), ("_sort", "-started"), ("_count", str(STUDIES_MOST))]
        wanted = Wanted(type="ImagingStudy", params=params)
        (page,) = await self._searcher.search_all(asking, [wanted])
        told: list[dict[str, Any]] = []
        async with self._parts.db.read() as tx:
            for row in page.rows:
                drawn = [each for each in await _own(tx, row.id, patient) if each.frames]
                told.append(_listed(orjson.loads(row.body), drawn))
        return told

    async def one(self, asking: Asking, id: str, image: str) -> Image:
        """One object of a study, by the id it has here. Raises as `study`."""
        study = await self.study(asking, id)
        for each in study.images:
            if each.row.id == image:
                return each
        raise not_found("ImagingStudy")

    async def draw(self, image: Image, number: int, most: int) -> "Frame":
        """One frame of an object that was released.

        Args:
            number: counts from 1.
            most: pixels along the longer side.

        Raises:
            Unsupported: it cannot be drawn here; the message says why.
        """
        from ..engine import dicom

        raw = await self.raw(image)
        try:
            return await asyncio.to_thread(dicom.frame_of, raw, number - 1, most)
        except dicom.NotDrawn as error:
            raise Unsupported(
                f"The picture cannot be shown: {error}.", hint="Open it in another program."
            ) from error

    async def picture(self, frame: "Frame", window: tuple[float, float] | None, kind: str) -> bytes:
        """A frame as a picture: PNG or JPEG."""
        from ..engine import dicom

        return await asyncio.to_thread(dicom.picture_of, frame, window, kind)

    async def thumbnail(self, image: Image) -> bytes:
        """A small JPEG of the middle frame of an object that was released. Raises as `draw`."""
        from ..engine import dicom

        frame = await self.draw(image, image.row.frames // 2 + 1, 512)
        return await asyncio.to_thread(dicom.thumbnail_of, frame)

    async def raw(self, image: Image) -> bytes:
        """An object that was released, as it came."""
        raw = await self._files.read(image.row.id, image.row.patient)
        if raw is None:
            raise not_found("ImagingStudy")
        return raw

    async def files(self, study: Study, images: Sequence[Image]) -> AsyncIterator[bytes]:
        """Objects that were released, one after the other.

        Whoever may see pictures but not who they are of gets them without that, and without
        private elements, which may hold it too.
        """
        from ..engine import dicom

        for image in images:
            raw = await self.raw(image)
            if study.shows_person:
                yield raw
                continue
            try:
                yield await asyncio.to_thread(dicom.without_person, raw)
            except dicom.NotRead as error:
                log.warn("image left out", id=image.row.id)
                raise Unsupported(
                    f"An object cannot leave: {error}.", hint="Ask the patient for more."
                ) from error

    def new_name(self) -> str:
        """A name that nothing has, such as for the line between two parts."""
        return self._parts.ids.new()

    # As DICOMweb tells of it

    async def find(
        self, asking: Asking, params: Params, base: str, *, skip: int = 0, most: int = STUDIES_MOST
    ) -> list[dict[str, Any]]:
        """Studies that match a search of FHIR, as QIDO-RS tells of them.

        Args:
            base: the address of our DICOMweb.
        """
        asking = _as_imaging(asking)
        count = str(min(skip + most, 1000))
        wanted = Wanted(type="ImagingStudy", params=[*params, ("_count", count)])
        (page,) = await self._searcher.search_all(asking, [wanted])
        told: list[dict[str, Any]] = []
        for row in page.rows[skip : skip + most]:
            patient = orjson.loads(row.body)["subject"].get("reference", "")
            async with self._parts.db.read() as tx:
                own = await _own(tx, row.id, patient)
            if images := await self._keeping.open(own):
                shows = await self._shows_person(asking, patient)
                told.append(found_study(images, base, shows_person=shows))
        return told

    def series(self, study: Study, base: str) -> list[dict[str, Any]]:
        """The series of a study that was released, as QIDO-RS tells of them."""
        uids = dict.fromkeys(image.row.series for image in study.images)
        return [
            found_series([image for image in study.images if image.row.series == uid], base)
            for uid in uids
        ]

    def instances(self, images: Sequence[Image], base: str) -> list[dict[str, Any]]:
        """Objects that were released, as QIDO-RS tells of them."""
        return [found_instance(image, base) for image in images]

    def metadata(self, study: Study, images: Sequence[Image]) -> list[dict[str, Any]]:
        """What objects that were released say of themselves, without pixels and private tags."""
        return [
            image.told if study.shows_person else without_person(image.told) for image in images
        ]

    # Forgotten

    async def forget(self, tx: Tx, patient: str) -> Forgotten:
        """Take away what is a patient's who is erased; the files go once that is kept."""
        ids = await store.forget(tx, patient)
        tx.after_commit(lambda: self._files.forget(ids))
        return Forgotten(rows={"records_image": len(ids)})


def some(study: Study, series: str = "", instance: str = "") -> list[Image]:
    """The objects of a study, of one series of it, or one object.

    Raises:
        NotFound: there is none.
    """
    found = [
        image
        for image in study.images
        if series in ("", image.row.series) and instance in ("", image.row.instance)
    ]
    if not found:
        raise not_found("ImagingStudy")
    return found


async def _own(tx: Tx, study: str, patient: str) -> list[store.ImageRow]:
    """The objects of a study that came for this patient, or for whom a merge made one with her.

    They are sealed under the key of whom they came for: whose they are is not changed by writing
    it.
    """
    found = await store.find_of_resource(tx, study)
    if all(row.patient == patient for row in found):
        return found
    kin = {patient, *await duplicates.merged_with(tx, patient)}
    return [row for row in found if row.patient in kin]


def _as_imaging(asking: Asking) -> Asking:
    return replace(asking, via=VIA)


def _listed(resource: Resource, drawn: Sequence[store.ImageRow]) -> dict[str, Any]:
    return {
        "id": resource["id"],
        "started": resource.get("started"),
        "text": resource.get("description", ""),
        "modalities": [each["code"] for each in resource.get("modality", []) if "code" in each],
        "series": resource.get("numberOfSeries", 0),
        "count": resource.get("numberOfInstances", 0),
        "image": drawn[len(drawn) // 2].id if drawn else None,  # the middle shows the most
    }


# Searches of QIDO-RS

SAME = {
    "StudyInstanceUID": "identifier",
    "0020000D": "identifier",
    "AccessionNumber": "identifier",
    "00080050": "identifier",
    "ModalitiesInStudy": "modality",
    "00080061": "modality",
    "PatientID": "patient",
    "00100020": "patient",
}
DATES = ("StudyDate", "00080020")


def as_search(params: Params) -> list[tuple[str, str]]:
    """The parameters of QIDO-RS as a search for ImagingStudies.

    PatientID is the id by which the patient is known here.

    Raises:
        Incorrect: one is not known.
    """
    asked: list[tuple[str, str]] = []
    for name, value in params:
        if name in DATES:
            asked += _between(value)
        elif name not in SAME:
            known = ", ".join(each for each in (*SAME, *DATES) if not each[0].isdigit())
            raise Incorrect("Studies are not searched by that.", hint=f"Take {known}.")
        elif name in ("StudyInstanceUID", "0020000D"):
            asked.append(
                (SAME[name], ",".join(identifier_of(u)["value"] for u in value.split(",")))
            )
        else:
            asked.append((SAME[name], value))
    return asked


def _between(value: str) -> list[tuple[str, str]]:
    first, dash, last = value.partition("-")
    days = [first, last if dash else first]
    if not all(day == "" or (len(day) == 8 and day.isdigit()) for day in days) or not any(days):
        raise Incorrect("StudyDate cannot be read.", hint="Write 20260301 or 20260301-20260331.")
    asked = zip(("ge", "le"), days, strict=True)
    return [("started", f"{way}{d[:4]}-{d[4:6]}-{d[6:]}") for way, d in asked if d]
