from pathlib import Path

from asklepion.kit.backup import drop_plain


def test_only_the_plain_backups_that_the_house_made_itself_are_removed(tmp_path: Path) -> None:
    made = [tmp_path / f"before-20260301T120000.{kind}" for kind in ("sqlite", "pgdump")]
    own = [tmp_path / name for name in ("mine.sqlite", "mine.pgdump", "before-1.asklepion")]
    for path in (*made, *own):
        path.write_bytes(b"kept")

    assert drop_plain(tmp_path) == 2

    assert set(tmp_path.iterdir()) == set(own)
