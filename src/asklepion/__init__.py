"""Asklepion: a self-hosted healing place in the browser, over real medicine."""

__version__ = "0.1.0"
