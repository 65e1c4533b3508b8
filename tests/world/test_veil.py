import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from asklepion.world.engine import is_empty, veil
from asklepion.world.wire import TRACKED_ENTRY_BYTES, pack_snapshot, read_snapshot

kinds = st.dictionaries(st.integers(0, 4000), st.sampled_from(["flat", "tracked", "far"]))


@given(people=kinds, hidden=st.sets(st.integers(0, 4000), min_size=1, max_size=30))
def test_whoever_is_hidden_is_in_no_part_of_a_snapshot_and_all_others_are(
    people: dict[int, str], hidden: set[int]
) -> None:
    hidden |= set(list(people)[::3])
    rows = np.full((4001, TRACKED_ENTRY_BYTES), 7, np.uint8)
    rows[:, :2] = np.arange(4001, dtype="<u2")[:, None].view(np.uint8)
    of = {kind: [s for s, k in people.items() if k == kind] for kind in ("flat", "tracked", "far")}
    frame = pack_snapshot(9, rows[of["flat"]], rows[of["tracked"]], rows[of["far"]], whole=True)

    seen = read_snapshot(veil(frame, hidden))

    assert set(seen.poses) == {*of["flat"], *of["tracked"]} - hidden
    assert set(seen.far) == set(of["far"]) - hidden
    assert is_empty(veil(frame, hidden | set(people)))
    assert seen.tick == 9
