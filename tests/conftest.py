"""Fixtures that all tests share: none yet. Its place puts the stand-ins of this folder on the path."""
