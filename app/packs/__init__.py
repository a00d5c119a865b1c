"""The notices as YAML packs, and everything that reads them."""
