"""Measures the assistant's answers to the question sets through the chat API."""
