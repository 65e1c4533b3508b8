"""One question a file: `python -m bench.NAME` prints one JSON object a line.

Each is `{"name", "value", "unit", "higher_is_better", "peer", "peer_value"}`; a peer is something
else that does the same work in the same run on the same machine, or null where nothing fair does.
"""
