"""`python -m asklepion` is `asklepion`."""

from asklepion.cli import main

if __name__ == "__main__":  # not in the processes that it starts
    main()
