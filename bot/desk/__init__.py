"""The staff's pages under /desk: log in, see who waits, answer in the visitor's chat, hand over, close."""
