"""Keep accounts: who may sign in, how they are called, whom they speak as."""

from collections.abc import Iterable, Sequence

from asklepion.kit.db import Tx
from asklepion.kit.errors import Conflict, Forbidden, NotFound
from asklepion.kit.log import get_log

from ..engine import rules
from ..model import Account, Caller, Role
from ..store import accounts as store
from ..store import apps, guardians, keys, wallets
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
            Conflict: the address, or the person, has an account already.
        """
        caller.require(Role.OPERATOR)
        account = self._account(email, name, roles, person=person, language=language)
        hashed = ""
        if password is not None:
            password = rules.password_of(password, unlike=(account.email, account.name))
            hashed = await self._hash(password)
        async with self._db.begin() as tx:
            if not await store.add_account(tx, account, hashed):
                is_email = await store.find_by_email(tx, account.email)
                what = "e-mail address" if is_email else "person"
                raise Conflict(f"That {what} already has an account.", hint="Use that one.")
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
            if await store.find(tx, account) is None:
                raise NotFound(NOBODY)
            if not await store.link_person(tx, account, person):
                raise Conflict("The account or the person is linked already.")
        log.info("person linked", account=account, by=caller.account)

    async def update(
        self, caller: Caller, account: str, *, name: str | None = None, language: str | None = None
    ) -> Account:
        """Change how an account is called and spoken to.

        A clinician's name stands in other people's access logs: only an operator changes it.

        Raises:
            Forbidden: it is another's account, or a clinician's own name.
            NotFound: there is no such account.
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
            if before is None:
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
        gone = await apps.forget_patient(tx, person)
        account = await store.find_by_person(tx, person)
        if account is None:
            return gone, ()
        hers = await apps.forget_account(tx, account.id)
        gone = {table: gone[table] + rows for table, rows in hers.items()}
        if account.is_patient_alone:
            gone |= await keys.forget_account(tx, account.id)
            gone |= await guardians.forget_account(tx, account.id, account.email)
            gone |= await wallets.forget_account(tx, account.id)
            return gone | await store.drop_account(tx, account.id), (account.id,)
        await store.unlink_person(tx, account.id, account.roles - {Role.PATIENT})
        return gone, (account.id,)

    async def follow(
        self, tx: Tx, old: str, new: str, only: Sequence[str] | None = None
    ) -> list[str]:
        """Let the account that spoke as one person speak as another, if nobody else does.

        Args:
            only: if it is one of these accounts.

        Returns:
            The account, if there was one and it followed.
        """
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
        """An account by its id."""
        async with self._db.read() as tx:
            return await store.find(tx, account)

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
