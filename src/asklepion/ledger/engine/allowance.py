"""How much a stranger may ask for: so much at once, and so much more every second."""

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass

MOST_KNOWN = 10_000  # strangers who are remembered


@dataclass
class _Purse:
    left: float
    at: float


class Allowance:
    """What each stranger has left.

    Args:
        most: that one can have.
        each_second: what is added, up to that.
    """

    def __init__(self, *, most: float, each_second: float) -> None:
        self._most = most
        self._each_second = each_second
        self._purses: OrderedDict[str, _Purse] = OrderedDict()

    def take(self, who: str, cost: float, now: float) -> bool:
        """Take from what somebody has; false, and nothing is taken, where nothing is left."""
        purse = self._purse(who, now)
        if purse.left <= 0:
            return False
        purse.left -= cost
        return True

    def has(self, who: str, now: float) -> bool:
        """Whether somebody has anything left."""
        return self._purse(who, now).left > 0

    def charge(self, who: str, cost: float, now: float) -> None:
        """Take for what was done already, even where that is more than is left."""
        self._purse(who, now).left -= cost

    def _purse(self, who: str, now: float) -> _Purse:
        purse = self._purses.pop(who, None) or _Purse(self._most, now)
        purse.left = min(self._most, purse.left + (now - purse.at) * self._each_second)
        purse.at = now
        self._purses[who] = purse
        while len(self._purses) > MOST_KNOWN:
            self._purses.popitem(last=False)
        return purse


def neighbourhood(address: str) -> str:
    """What counts as one address: whoever has an IPv6 address has 2**64 of them."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is None:
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(getattr(ip, "ipv4_mapped", None) or ip)
