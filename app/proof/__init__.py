"""What a pack says of everybody: all people and days that its rules can tell apart, and what is wrong with it."""
