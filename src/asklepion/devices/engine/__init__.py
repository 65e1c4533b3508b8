"""Computation: messages to readings, readings to FHIR, and a body that only seems to live."""
