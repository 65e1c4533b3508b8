"""Prevention: what lowers a risk most, what is due, and what to measure to know it better."""
