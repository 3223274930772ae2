"""The operator's commands that need more than a few lines; lazy.py names them all."""
