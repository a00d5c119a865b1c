"""What changes between two packs: values with their clauses, people by classes, and the people of a file."""
