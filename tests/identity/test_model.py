import pytest

from asklepion.identity import STRANGER, Caller, Role
from asklepion.kit.errors import Forbidden, Unauthenticated

NURSE = Caller(account="1", roles=frozenset({Role.CLINICIAN, Role.EDUCATOR}))


def test_a_stranger_is_nobody_and_may_do_nothing() -> None:
    assert not STRANGER.is_known
    assert not any(STRANGER.has(role) for role in Role)
    with pytest.raises(Unauthenticated):
        STRANGER.require_known()
    with pytest.raises(Unauthenticated):
        STRANGER.require(*Role)


def test_one_of_the_roles_asked_for_is_enough() -> None:
    NURSE.require(Role.OPERATOR, Role.EDUCATOR)

    with pytest.raises(Forbidden):
        NURSE.require(Role.OPERATOR, Role.PATIENT)


def test_a_caller_without_any_role_passes_no_door_that_asks_for_one() -> None:
    with pytest.raises(Forbidden):
        Caller(account="1").require(Role.PATIENT)
