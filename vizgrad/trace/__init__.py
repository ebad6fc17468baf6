"""The neutral floor: from what the engine does to messages about it.  No Jupyter here."""
