"""Everybody's cards, scores and predictions at once, for computing overnight.

    files ──► chunk.write  flat rows of some patients as one Parquet file, its texts sealed
              chunk.read   DuckDB keeps the newest so many of each code and patient
              pool         answers the twin's questions from those, as the record would
              work         makes cards, scores and predictions, and notes what they say

Pure but for the files it is given. The same function runs in a local process or elsewhere.
"""
