"""From scores to statistics."""
