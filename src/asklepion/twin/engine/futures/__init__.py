"""Futures: what follows from choices, by equation and by trial, never one shown as the other."""
