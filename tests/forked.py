"""`asklepion` in processes of its own that need not read its modules anew.

One process beside each that runs tests has read them; each command is forked from it. What a
command costs beyond its work falls from three seconds to a tenth of one. `python -m asklepion`
itself starts in tests/cli/test_starting.py.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(
    ["asklepion.cli.commands", "asklepion.doors", "asklepion.twin.service", "tests.forked"]
)


class Forked:
    """One command that runs, or did."""

    def __init__(
        self, environment: Mapping[str, str], arguments: Sequence[str], out: Path, err: Path
    ) -> None:
        words = dict(environment), list(arguments), str(out), str(err)
        self._process = FORKING.Process(target=_run, args=words, daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid or 0

    @property
    def returncode(self) -> int | None:
        """How it ended, if it did; less than nothing: by which signal."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """How it ended, if it did."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """How it ended.

        Raises:
            TimeoutExpired: it did not, in this time [s].
        """
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("asklepion", timeout or 0.0)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it as a power cut does."""
        self.send_signal(signal.SIGKILL)


def _run(environment: dict[str, str], arguments: list[str], out: str, err: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    for number, path in ((1, out), (2, err)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(file, number)
        os.close(file)
    sys.argv = ["asklepion", *arguments]
    from asklepion.cli import main

    main()
