"""GIFT, the plain-text format of Moodle."""
