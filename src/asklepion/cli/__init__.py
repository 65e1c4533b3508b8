"""The command line: `asklepion serve`, `import`, `verify`, `erase`, `keys`, `backup` and others.

Exit codes: 0 all is well; 1 something was refused or does not hold; 2 the command was wrong.
"""

import sys


def main() -> None:
    """Run one command; scores, which need no house, start without building one."""
    if sys.argv[1:2] == ["twin"]:
        from .alone import main as run
    else:
        from .commands import main as run
    run()


__all__ = ["main"]
