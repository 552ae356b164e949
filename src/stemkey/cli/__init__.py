"""The terminal: arguments, exit statuses, what is shown."""
