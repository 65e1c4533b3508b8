"""Keep accounts: who may sign in, how they are called, whom they speak as."""

from collections import Counter
from collections.abc import Iterable, Sequence

from asklepion.kit.db import Tx
from asklepion.kit.errors import Conflict, Forbidden, Incorrect, NotFound
from asklepion.kit.log import get_log

from ..engine import rules
from ..model import Account, Caller, Role
from ..store import accounts as store
from ..store import apps, closing, guardians, keys, wallets
from .ground import Ground

log = get_log(__name__)

NOT_YOURS = "Your account may not do that."
NOBODY = "There is no such account."


class Accounts(Ground):
    """The verbs about accounts."""

    async def create_account(
        self,
        caller: Caller,
        *,
        email: str,
        password: str | None,
        name: str,
        roles: Iterable[Role],
        person: str | None = None,
        language: str = "en",
    ) -> Account:
        """Let somebody new in; only operators may.

        Args:
            password: none for whoever is invited by a link, and makes a passkey.

        Raises:
            Forbidden: the caller is no operator.
            Incorrect: something about the account cannot be.
            Conflict: the address, or the person, has an account already; or a relative's was
                closed, and with it the relative speaks for nobody any more.
        """
        caller.require(Role.OPERATOR)
        account = self._account(email, name, roles, person=person, language=language)
        hashed = ""
        if password is not None:
            password = rules.password_of(password, unlike=(account.email, account.name))
            hashed = await self._hash(password)
        async with self._db.begin() as tx:
            await _require_lasting(tx, account.person)
            if not await store.add_account(tx, account, hashed):
                is_email = await store.find_by_email(tx, account.email)
                what = "e-mail address" if is_email else "person"
                raise Conflict(f"That {what} already has an account.", hint="Use that one.")
            await self._tell_again(tx, caller, account.id, account.person)
        log.info("account created", account=account.id, by=caller.account)
        return account

    async def link_person(self, caller: Caller, account: str, person: str) -> None:
        """Say, once, whom an account speaks as: by an operator, or a patient for her own account.

        The room that lets a patient do so must itself be sure that the record is hers.

        Raises:
            Forbidden: it is another's account, or a practitioner's name.
            NotFound: there is no such account.
            Conflict: the account speaks as somebody already, or the person has another account.
        """
        caller.require_known()
        person = rules.person_of(person)
        is_own = caller.account == account and person.startswith("Patient/")
        if not caller.has(Role.OPERATOR) and not is_own:
            raise Forbidden(NOT_YOURS, hint="Ask an operator.")
        async with self._db.begin() as tx:
            await tx.lock("identity.person")
            found = await store.find(tx, account)
            if found is None or found.is_closed:
                raise NotFound(NOBODY)
            await _require_lasting(tx, person)
            if not await store.link_person(tx, account, person):
                raise Conflict("The account or the person is linked already.")
            await self._tell_again(tx, caller, account, person)
        log.info("person linked", account=account, by=caller.account)

    async def _tell_again(self, tx: Tx, caller: Caller, account: str, person: str | None) -> None:
        """Let no operator make a new account of a record unseen whose owner's he closed."""
        if person and await closing.formerly(tx, person):
            await self.acts.note(tx, "account of a person who left", account, by=caller.account)
            await self.acts.tell_operators(tx, "person-again", account, but=caller.account)

    async def update(
        self, caller: Caller, account: str, *, name: str | None = None, language: str | None = None
    ) -> Account:
        """Change how an account is called and spoken to.

        A clinician's name stands in other people's access logs: only an operator changes it.

        Raises:
            Forbidden: it is another's account, or a clinician's own name.
            NotFound: there is no such account, or it is closed.
            Incorrect: the name or language cannot be.
        """
        caller.require_known()
        is_operator = caller.has(Role.OPERATOR)
        if not is_operator and caller.account != account:
            raise Forbidden(NOT_YOURS, hint="Ask an operator.")
        if name is not None and caller.has(Role.CLINICIAN) and not is_operator:
            raise Forbidden("A clinician's name is not changed so.", hint="Ask an operator.")
        async with self._db.begin() as tx:
            before = await store.find(tx, account)
            if before is None or before.is_closed:
                raise NotFound(NOBODY)
            name = before.name if name is None else rules.name_of(name)
            language = before.language if language is None else rules.language_of(language)
            await store.change_account(tx, account, name=name, language=language)
            after = await store.find(tx, account)
        assert after is not None
        return after

    async def forget(self, tx: Tx, person: str) -> tuple[dict[str, int], tuple[str, ...]]:
        """Take away the account that spoke as a person who is erased, with its sessions, and
        whatever apps were given about her.

        An account that is more than a patient's stays, and speaks as nobody.

        Returns:
            How many rows of which table, and the accounts.
        """
        gone = Counter(await apps.forget_patient(tx, person))
        found = await self.speaking_as(tx, person)
        for account in found:
            gone.update(await apps.forget_account(tx, account.id))
            if account.is_patient_alone:
                gone.update(await keys.forget_account(tx, account.id))
                gone.update(await guardians.forget_account(tx, account.id, account.email))
                gone.update(await wallets.forget_account(tx, account.id))
                gone.update(await closing.forget_account(tx, account.id))
                gone.update(await store.drop_account(tx, account.id))
            else:
                await store.unlink_person(tx, account.id, account.roles - {Role.PATIENT})
        return dict(gone), tuple(account.id for account in found)

    async def speaking_as(self, tx: Tx, person: str) -> list[Account]:
        """The account that speaks as a person, and those that did until they were closed."""
        now = await store.find_by_person(tx, person)
        then = [await store.find(tx, id) for id in await closing.formerly(tx, person)]
        return [account for account in (now, *then) if account]

    async def follow(
        self, tx: Tx, old: str, new: str, only: Sequence[str] | None = None
    ) -> list[str]:
        """Let the account that spoke as one person speak as another, if nobody else does.

        Args:
            only: if it is one of these accounts.

        Returns:
            The account, if there was one and it followed.
        """
        await closing.follow(tx, old, new)
        account = await store.find_by_person(tx, old)
        if account is None or await store.find_by_person(tx, new):
            return []
        if only is not None and account.id not in only:
            return []
        await store.move_person(tx, account.id, new)
        log.info("account follows a merge", account=account.id)
        return [account.id]

    async def has_account(self, tx: Tx, person: str) -> bool:
        """Whether somebody can sign in as a person."""
        return await store.find_by_person(tx, person) is not None

    async def find(self, account: str) -> Account | None:
        """An account by its id; also a closed one, whose name stands where she wrote."""
        async with self._db.read() as tx:
            return await store.find(tx, account)

    async def caller_of(self, account: str) -> Caller | None:
        """Who an account is now, for what goes on without a session; nothing where it is shut."""
        async with self._db.read() as tx:
            found = await store.find(tx, account)
            if found is None or await closing.is_shut(tx, account, self._clock.now()):
                return None
        return found.caller

    async def find_by_email(self, email: str) -> Account | None:
        """The account with an address as somebody typed it."""
        try:
            email = rules.email_of(email)
        except Incorrect:
            return None
        async with self._db.read() as tx:
            found = await store.find_by_email(tx, email)
        return found[0] if found else None

    async def was_closed(self, person: str) -> bool:
        """Whether an account that spoke as a person was closed."""
        async with self._db.read() as tx:
            return bool(await closing.formerly(tx, person))

    async def find_by_person(self, person: str) -> Account | None:
        """The account that speaks as a person, such as Patient/…."""
        async with self._db.read() as tx:
            return await store.find_by_person(tx, person)

    async def accounts(
        self, caller: Caller, *, after: str = "", count: int = 1000
    ) -> list[Account]:
        """Who may sign in, in the order in which they came; only operators may ask."""
        caller.require(Role.OPERATOR)
        async with self._db.read() as tx:
            return await store.accounts(tx, after, count)


async def _require_lasting(tx: Tx, person: str | None) -> None:
    """Let nobody speak as a relative whose account was closed: it ended for good.

    Raises:
        Conflict: it did.
    """
    if person and person.startswith("RelatedPerson/") and await closing.formerly(tx, person):
        raise Conflict(
            "That relative's account was closed, and speaks for nobody any more.",
            hint="Enter the relative in the record anew.",
        )
