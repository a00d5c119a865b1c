"""Decisions of the stateful half: who may be registered, what a payment does, what is booked. Pure, like the rules."""
