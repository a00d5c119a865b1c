"""What the fault tests stand on: processes to kill, senders that never give up, and an audit of what is left."""
