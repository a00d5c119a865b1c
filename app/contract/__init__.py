"""The words of the HTTP contract as pydantic models: what requests may say and what answers look like."""
