"""A PostgreSQL server of the tests' own: on a free port, in a folder of its own, never as root."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_port

SETTINGS = (
    *("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=60"),
    *("wal_level=minimal", "max_wal_senders=0", "max_wal_size=128MB", "autovacuum=off"),
)


def find_programs() -> Path | None:
    """The folder with `initdb` and `postgres`, wherever Debian, Homebrew or the PATH has it."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/opt/homebrew/bin").glob(".")]
    known = [folder for folder in folders if (folder / "initdb").exists()]
    return max(known, key=lambda f: f.parts[-2].zfill(4), default=None)


def _unprivileged() -> int | None:
    """Whom to run it as, when we are root: PostgreSQL refuses to be."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


@contextmanager
def serve_postgres(programs: Path, settings: Sequence[str] = SETTINGS) -> Generator[str]:
    """A running server; yields the URL of its maintenance database.

    Args:
        settings: of the server; as they are, it is quick and forgets all in a power cut.
    """
    user = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="asklepion-pg-"))
    if user is not None:
        os.chown(folder, user, user)
    port = free_port()
    data = folder / "data"

    def call(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", str(data), *arguments]
        log = folder / f"{program}.log"
        with log.open("w") as out:
            process = subprocess.Popen(
                command, cwd=folder, stdout=out, stderr=out, user=user, group=user
            )
        if process.wait():
            raise RuntimeError(f"{program}: {log.read_text()}")

    options = " ".join(f"-c {setting}" for setting in settings)
    options += f" -p {port} -c listen_addresses=127.0.0.1 -k {folder}"
    call("initdb", "-U", "tester", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync")
    call("pg_ctl", "-w", "-t", "60", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://tester@127.0.0.1:{port}/postgres"
    finally:
        call("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(folder)
