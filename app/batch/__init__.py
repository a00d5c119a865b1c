"""Whole files of people: classes of people that the compiled rules can't tell apart are quoted once (decision 11)."""
