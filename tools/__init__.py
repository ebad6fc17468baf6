"""Small scripts of the house, each with a test in tests/tools."""
