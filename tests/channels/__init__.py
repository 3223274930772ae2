"""The channels: rendering, messengers, platforms."""
