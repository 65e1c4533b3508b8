"""The keys of everything that an alert may say."""

from .rules import RULES

ENDS = ("better", "silent", "off")
LIMITS = ("no_emergency", "call", "not_diagnosis", "news2_least", "usual", "device")


def title_key(rule: str) -> str:
    """What an alert of this rule is called."""
    return f"twin.alert.{rule}.title"


def about_key(rule: str) -> str:
    """What it means, in plain words."""
    return f"twin.alert.{rule}.about"


def end_key(end: str) -> str:
    """Why it is over."""
    return f"twin.alert.end.{end}" if end else ""


def limit_key(name: str) -> str:
    """What it is not, or cannot tell."""
    return f"twin.alert.limit.{name}"


ALERT_KEYS = frozenset(
    (
        *(make(rule.key) for rule in RULES for make in (title_key, about_key)),
        *(end_key(end) for end in ENDS),
        *(limit_key(name) for name in LIMITS),
    )
)
