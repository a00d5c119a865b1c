"""Change lists as the offices send them: CSV or XLSX with Chinese headings, read line by line."""
