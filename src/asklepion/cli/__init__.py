"""The command line: `asklepion serve`, `import`, `verify`, `erase`, `keys`, `backup` and others.

Exit codes: 0 all is well; 1 something was refused or does not hold; 2 the command was wrong.
"""

from .commands import main

__all__ = ["main"]
