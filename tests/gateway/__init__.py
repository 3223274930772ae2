"""Tests of the gateway and of the website channel."""
