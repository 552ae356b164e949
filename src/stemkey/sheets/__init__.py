"""Response sheets: any file with answers, as batches of responses."""
