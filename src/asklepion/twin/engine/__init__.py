"""Computation without waiting: published equations, and what is read out of a patient's record."""
