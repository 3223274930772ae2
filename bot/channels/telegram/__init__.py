"""Telegram: its updates become events, our messages become its; all else is shared by the messengers."""
