"""The last minute of a place, and no more than that."""

from asklepion.world.engine import Ring
from asklepion.world.engine.ring import MOST_LINES


def test_what_is_older_than_a_minute_is_gone() -> None:
    ring = Ring()
    ring.stand(0.0, {"ada": (1.0, 2.0)})
    ring.note(0.5, "ada", "said", "early")
    ring.stand(40.0, {"ada": (1.234567, 2.0)})
    ring.note(50.0, "bo", "said", "late")

    parts = ring.parts(70.0)

    assert parts["ada"].stood == [(30.0, 1.23, 2.0)]
    assert parts["ada"].did == []
    assert parts["bo"].did == [(20.0, "said", "late")]


def test_however_much_is_written_only_so_much_is_held() -> None:
    ring = Ring()
    for n in range(MOST_LINES * 2):
        ring.note(n / 1000, "ada", "said", str(n))
        ring.stand(n / 1000, {"ada": (0.0, 0.0)})

    (did,) = ring.parts(1.0).values()

    assert len(did.did) == MOST_LINES
    assert did.did[-1][2] == str(MOST_LINES * 2 - 1)
    assert len(did.stood) == 60
