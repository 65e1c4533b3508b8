"""Builds the room: every part from what lies below it, every desk from the parts."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

from asklepion.identity import AccountClosed
from asklepion.kit.clock import Clock
from asklepion.kit.db import Database
from asklepion.kit.events import Events
from asklepion.kit.ids import Ids
from asklepion.kit.keys import Keys
from asklepion.ledger import Contracts, Ledger

from ..engine import Indexer
from ..store import leaves
from .acts import Acts
from .aliases import Aliases
from .audit import Audit
from .books import Books
from .bringing import Bringer
from .bulk import Bulk
from .changing import Changer
from .cohorts import Cohorts
from .drafting import Drafter
from .duplicates import Duplicates
from .emergencies import Emergencies
from .erasing import Eraser
from .everything import Everything
from .gathering import Gatherer
from .granting import Granter
from .images import Images
from .importing import Importer
from .links import Links
from .looking import Looker
from .matching import Matching
from .messages import Messages
from .notices import Notices
from .packages import Packages
from .parts import Parts
from .reading import Reader
from .releasing import Releasing
from .resealing import Resealer
from .ruling import Ruler
from .scoping import Scoping
from .sealing import Bodies, Lines, Texts
from .searching import Searcher
from .sheets import Sheets
from .signing import Checker, Graves, Shower, Signer
from .sources import Limits
from .subscribing.hooks import Hooks
from .subscriptions import Subscriptions
from .summarising import Summaries
from .surveying import Surveyor
from .taking import Taking
from .terminology import Terminology
from .transacting import Transactions
from .translating import Translator
from .upkeep import Upkeep
from .validating import Validator
from .watching import Watching
from .writing import Writer

LARGE_AT_ONCE = 2  # large bodies that are parsed at the same time


class Desks:
    """Everything that carries out verbs.

    Args:
        limits: what one import may take.
        uploads: the folder in which files wait that came over the network.
        retention_years: how long after its last entry a record is kept, whatever is asked.
        deletes_most: resources that one conditional delete may take.
        glass_group: Group/… whose members alone may break the glass; empty: every clinician.
        smallest_cell: patients that a row of counts about many rests on at least.
        hook_hosts: hosts inside the network that subscriptions may call all the same.
        contracts: what puts consents on the chain; where nobody runs it, they wait.
    """

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        ids: Ids,
        keys: Keys,
        events: Events,
        ledger: Ledger,
        limits: Limits | None = None,
        uploads: Path,
        retention_years: int = 0,
        deletes_most: int = 1,
        glass_group: str = "",
        smallest_cell: int = 5,
        hook_hosts: Iterable[str] = (),
        contracts: Contracts | None = None,
    ) -> None:
        self._clock = clock
        self._db = db
        self._ledger = ledger
        self._contracts = contracts or Contracts(db=db, clock=clock, keys=keys, ledger=ledger)
        self.limits = limits or Limits()
        self.uploads = uploads
        self.large_bodies = asyncio.Semaphore(LARGE_AT_ONCE)
        self._lay_ground(ids, events, keys)
        self._open_for_one(deletes_most)
        self._open_for_her(keys, glass_group)
        self._open_in_and_out(keys)
        self._open_for_many(keys, smallest_cell, hook_hosts)
        self._take_care(keys, retention_years)

    def _lay_ground(self, ids: Ids, events: Events, keys: Keys) -> None:
        db, clock = self._db, self._clock
        indexer = Indexer(keys.key("records-index"))
        self.packages = Packages(db=db, clock=clock)
        bodies, lines = Bodies(keys.vault), Lines(keys.vault)
        books = Books(
            db=db,
            clock=clock,
            ids=ids,
            ledger=self._ledger,
            lines=lines,
            seal_key=keys.key("records-access"),
        )
        self.scoping = Scoping(indexer, clock)
        releasing = Releasing(db=db, clock=clock, books=books, bodies=bodies, scoping=self.scoping)
        self._signer = Signer(
            db=db,
            clock=clock,
            ids=ids,
            vault=keys.vault,
            ledger=self._ledger,
            contracts=self._contracts,
            graves=Graves(db, keys.key("records-signed")),
        )
        self._ledger.know(leaves.places)
        self._ruler = Ruler(
            clock=clock, events=events, indexer=indexer, bodies=bodies, signer=self._signer
        )
        self._aliases = Aliases(indexer)
        self._parts = Parts(
            db=db,
            clock=clock,
            ids=ids,
            events=events,
            indexer=indexer,
            drafter=Drafter(indexer, keys.key("records-digest"), lambda: self.packages.library),
            books=books,
            releasing=releasing,
            writer=Writer(
                db=db,
                clock=clock,
                events=events,
                releasing=releasing,
                bodies=bodies,
                ruler=self._ruler,
                aliases=self._aliases,
            ),
        )
        self._resealer = Resealer(db=db, vault=keys.vault, bodies=bodies, books=books)

    def _open_for_one(self, deletes_most: int) -> None:
        """One resource, and what a FHIR address asks."""
        parts = self._parts
        self._reader = Reader(parts)
        self._searcher = Searcher(parts, lambda: self.packages.library)
        self.acts = Acts(parts)
        self.audit = Audit(parts, self._searcher, self._ledger)
        self._everything = Everything(self._searcher)
        self._looker = Looker(self._reader, self._searcher, self._everything, self.audit)
        matching = Matching(parts, self._searcher)
        self._changer = Changer(parts, self._reader, matching, deletes_most=deletes_most)
        self._transactions = Transactions(
            parts, self._reader, self._changer, self._looker, matching
        )
        self._gatherer = Gatherer(parts)
        self._validator = Validator(parts, self._reader, self.packages)

    def _open_for_her(self, keys: Keys, glass_group: str) -> None:
        """What a patient says, hears, and gives away."""
        parts = self._parts
        self.consents = self._granter = Granter(parts, self._changer)
        parts.events.on(AccountClosed, self._granter.hear_closed)
        self.signed = Shower(
            db=self._db,
            clock=self._clock,
            releasing=parts.releasing,
            signer=self._signer,
            ledger=self._ledger,
        )
        self._signed = Checker(db=self._db, signer=self._signer, ledger=self._ledger)
        lines = Lines(keys.vault)
        self.emergencies = Emergencies(parts, lines, self._ruler, group=glass_group)
        self.notices = Notices(parts, self._granter)
        self._watching = Watching(parts, self._granter)
        self.summaries = Summaries(parts, self._searcher)
        self.links = Links(
            parts,
            self.summaries,
            self._everything,
            vault=keys.vault,
            key=keys.key("records-links"),
        )

    def _open_in_and_out(self, keys: Keys) -> None:
        """What comes from elsewhere, and what is taken there."""
        parts, searcher, reader = self._parts, self._searcher, self._reader
        translator = Translator(parts, self._aliases, reader)
        self._importer = Importer(parts, self.limits, translator)
        self.bringing = Bringer(parts, self._importer)
        self.messages = Messages(parts, translator)
        self.sheets = Sheets(parts, translator, self._importer, searcher, self._changer)
        lines = Lines(keys.vault)
        self.bulk = Bulk(parts, searcher, reader, self._importer, lines, self.uploads)
        self.images = Images(
            parts,
            texts=Texts(keys.vault),
            searcher=searcher,
            reader=reader,
            granter=self._granter,
            aliases=self._aliases,
            folder=self.uploads.parent / "images",
        )
        self.taking = Taking(parts, searcher, reader, self._granter, self._ledger, self.uploads)

    def _open_for_many(self, keys: Keys, smallest_cell: int, hook_hosts: Iterable[str]) -> None:
        """What is asked about many, and who is told of what is new."""
        parts = self._parts
        self.duplicates = Duplicates(parts, self._searcher)
        self.survey = Surveyor(parts)
        self.cohorts = Cohorts(
            parts,
            self._searcher,
            key=keys.key("records-cohorts"),
            smallest=smallest_cell,
            library=lambda: self.packages.library,
        )
        self.terminology = Terminology(
            clock=self._clock,
            searcher=self._searcher,
            reader=self._reader,
            library=lambda: self.packages.library,
        )
        self.subscriptions = Subscriptions(
            parts,
            texts=Texts(keys.vault),
            searcher=self._searcher,
            granter=self._granter,
            hooks=Hooks(hook_hosts),
        )

    def _take_care(self, keys: Keys, retention_years: int) -> None:
        """Who erases, and does by itself what has its time."""
        vault = keys.vault
        self._eraser = Eraser(
            self._parts,
            vault=vault,
            bodies=Bodies(vault),
            ledger=self._ledger,
            graves=self._signer.graves,
            retention_years=retention_years,
        )
        for desk in (
            self.subscriptions,
            self.images,
            self.messages,
            self.bulk,
            self.duplicates,
            self.links,
            self._signer,
        ):
            self._eraser.also(desk.forget)
        self._upkeep = Upkeep(
            self._parts,
            packages=self.packages,
            resealer=self._resealer,
            ruler=self._ruler,
            granter=self._granter,
            eraser=self._eraser,
            images=self.images,
            links=self.links,
            signed=self.signed,
        )
