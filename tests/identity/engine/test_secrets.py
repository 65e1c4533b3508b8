from argon2 import PasswordHasher

from asklepion.identity.engine.secrets import Passwords, Tokens

QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def test_a_password_is_kept_as_argon2id_and_never_as_it_is() -> None:
    kept = Passwords(QUICK).hash("seven quiet herons")

    assert kept.startswith("$argon2id$")
    assert "heron" not in kept


def test_only_the_right_password_is_right() -> None:
    passwords = Passwords(QUICK)
    kept = passwords.hash("seven quiet herons")

    assert passwords.is_right("seven quiet herons", kept)
    assert not passwords.is_right("seven quiet heron", kept)
    assert not passwords.is_right("seven quiet herons", "damaged")
    assert not passwords.is_right("seven quiet herons", None)


def test_a_hash_made_with_less_work_is_outdated() -> None:
    kept = Passwords(QUICK).hash("seven quiet herons")
    harder = Passwords(PasswordHasher(time_cost=2, memory_cost=64, parallelism=1))

    assert harder.is_outdated(kept)
    assert not Passwords(QUICK).is_outdated(kept)
    assert harder.is_right("seven quiet herons", kept)


def test_what_is_kept_of_a_token_depends_on_its_kind_and_on_the_house() -> None:
    tokens, token = Tokens(bytes(32)), "t"

    kept = {tokens.kept("cookie", token), tokens.kept("bearer", token)}
    kept.add(Tokens(bytes([1] * 32)).kept("cookie", token))

    assert len(kept) == 3


def test_no_two_tokens_are_the_same() -> None:
    tokens = Tokens(bytes(32))

    assert len({tokens.new() for _ in range(1000)}) == 1000
    assert all(len(tokens.new()) == 43 for _ in range(10))
