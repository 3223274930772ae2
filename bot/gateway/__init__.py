"""The only public port: sessions, input gate, limits, inbox, history, choices and the way to the core."""
