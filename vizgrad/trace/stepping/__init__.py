"""Stepping through forward, backward and update: events, values looked at and changed, passes run again."""
