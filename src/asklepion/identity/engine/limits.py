"""How often somebody may try before they must wait."""

import ipaddress
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Limit:
    """So many failures, and then a wait until the first of them is this long ago."""

    kind: str
    failures: int
    window: timedelta


PER_EMAIL = Limit("email", 10, timedelta(minutes=15))
PER_ADDRESS = Limit("address", 50, timedelta(minutes=15))  # a whole ward may share one
PER_ACCOUNT = Limit("password", 10, timedelta(minutes=15))  # changing a password
PER_KEY = Limit("passkey", 10, timedelta(minutes=15))
PER_CODE = Limit("code", 10, timedelta(minutes=15))  # a printed code, or one that a guardian types
PER_ASKING = Limit("asking", 5, timedelta(minutes=15))  # asking guardians to be let back in

PER_READER = Limit("reader", 30, timedelta(minutes=15))  # sending the house to ask for an issuer


def neighbourhood(address: str) -> str:
    """What counts as one address: whoever has an IPv6 address has 2**64 of them."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


def in_words(wait: timedelta) -> str:
    """How long to wait, rounded up."""
    minutes = max(1, -(-int(wait.total_seconds()) // 60))
    return "a minute" if minutes == 1 else f"{minutes} minutes"
