"""The embedded chain's engine: an EVM of Prague's rules over a SQLite file of its own.

Nothing is imported here: py-evm takes seconds to come in, and only who opens the chain pays them.
"""
