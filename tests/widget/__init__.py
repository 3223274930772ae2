"""The chat window on pages of the Centre and of others."""
