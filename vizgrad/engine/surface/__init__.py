"""What users call: factories, conversions, PyTorch's many spellings of one row.  No formulas, no tape."""
