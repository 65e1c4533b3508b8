"""The ledger's mathematics: no clock, no disk, no network, so that anybody may run it anywhere."""
