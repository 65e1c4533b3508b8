"""The house in the network at home: over HTTPS, for phones and headsets beside this machine."""

import io
import socket
from collections.abc import Sequence
from pathlib import Path

import segno
from rich.console import Console

from asklepion.kit.clock import Clock
from asklepion.kit.tls import Certificate, certificate_for, is_private

NOWHERE = ("192.0.2.1", 9)  # an address of the documentation: nothing is ever sent to it


def addresses() -> list[str]:
    """This machine's IPv4 addresses in private networks; that of the usual way out first."""
    found: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(NOWHERE)  # asks the routing table, sends nothing
            found.append(probe.getsockname()[0])
        except OSError:
            pass
    try:
        named = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
        found += [str(address[0]) for *_, address in named]
    except OSError:
        pass
    return [address for address in dict.fromkeys(found) if is_private(address)]


def certify(data: Path, near: Sequence[str], clock: Clock) -> Certificate:
    """The certificate of this house for these addresses and its own names."""
    own = socket.gethostname().partition(".")[0].lower()
    names = ["localhost", "127.0.0.1", *([f"{own}.local"] if own.isascii() and own else [])]
    return certificate_for(data / "tls", [*near, *names], clock.now())


def greet(say: Console, near: Sequence[str], port: int, fingerprint: str) -> None:
    """Say where it is, as words and as a code to look at with a phone or a headset."""
    if not near:
        say.print(f"  No network was found; this machine alone has https://localhost:{port}.\n")
        return
    url = f"https://{near[0]}:{port}"
    code = io.StringIO()
    segno.make_qr(url, error="l").terminal(out=code, compact=True, border=2)
    say.print(f"  In this network: [bold]{url}[/bold]")
    say.print(code.getvalue(), highlight=False, soft_wrap=True, markup=False)
    say.print(f"  A device that shall trust it opens {url}/authority.crt once.", soft_wrap=True)
    say.print(f"  Its fingerprint: {fingerprint}\n", soft_wrap=True, highlight=False)
