"""The command as the shell starts it: a Python of its own that has read nothing yet."""

import subprocess
import sys
from pathlib import Path

from tests.serving import environment_of


def test_the_command_starts_by_itself_and_says_what_it_can_do(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "asklepion", "--help"],
        env=environment_of(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert {"serve", "import", "verify", "backup"} <= set(done.stdout.split())
