"""Rules and computation: what a good name and password are, and what a token stands for."""
