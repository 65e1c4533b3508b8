"""Asklepion: a self-hosted healing place in the browser, over real medicine."""

__version__ = "0.1.0"

from .kit.nesting import keep_ordinary

keep_ordinary()  # before anything is imported that would change it
