"""Changing the partner database while it is in use: rows, edits, merging with the files, import, export, audit."""
