"""The WeChat channel: its formats, its platform, its rules."""
