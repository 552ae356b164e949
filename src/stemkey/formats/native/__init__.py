"""The model itself, as JSON."""
