"""What a notice says -> what this person pays: pure, standard library only, no clock, no I/O."""
