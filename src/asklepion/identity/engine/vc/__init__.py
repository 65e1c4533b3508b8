"""Credentials that prove themselves: identifiers, signatures, formats, status lists."""
