"""The report: one page on paper for a doctor."""
