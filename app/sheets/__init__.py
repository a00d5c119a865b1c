"""Workbooks that clerks work with: written and read here, with text as text, so that no number loses a digit."""
