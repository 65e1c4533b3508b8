"""Kit: time, ids, keys, one database, events delivered once kept, nine errors.

Promises: everything a room needs to be correct, small enough to read in an hour.
Never: knows a patient, a scene or money.
"""
