"""The operator's commands that need more than a few lines; bot/__main__.py names them all."""
