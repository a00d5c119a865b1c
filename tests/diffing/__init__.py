"""What changes between two packs."""
