"""The tax bureau's collection system as a counterpart."""
