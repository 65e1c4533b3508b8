"""`python -m asklepion` is `asklepion`."""

from asklepion.cli import main

main()
