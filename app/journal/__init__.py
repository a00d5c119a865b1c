"""The journal: a line of JSON on standard error for each thing that happened. structlog lives here and nowhere else."""
