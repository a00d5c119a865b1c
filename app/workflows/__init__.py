"""One deed per file, one transaction per deed, committed before the answer is made; a route sees no session."""
