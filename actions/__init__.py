"""The custom actions: each reads the turn, calls one function, says one thing, returns events."""
