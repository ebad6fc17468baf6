"""Top floor: live views for notebooks."""
