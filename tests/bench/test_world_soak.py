"""Three minutes of coming and going; `python -m bench.world_soak 120` does two hours."""

from bench.world_soak import VISITORS, soak

MINUTES = 3.0
FEW_MIB = 12.0  # buffers and caches come and go; a leak of one visit in ten would be more


async def test_whoever_comes_and_goes_leaves_nothing_behind() -> None:
    seen = await soak(MINUTES)

    assert seen.visits > 5 * VISITORS
    assert seen.cuts
    assert seen.after["people"] == 0
    assert seen.after["tasks"] <= seen.before["tasks"] + 1
    assert seen.grown_mib < FEW_MIB
