"""A stand-in for the tax bureau's collection system, for integrators and tests; docs/collector.md is its manual."""
