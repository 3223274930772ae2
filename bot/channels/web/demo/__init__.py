"""Another website that embeds the chat: to see it work from a foreign origin, and to copy from."""
