"""What visitors asked in vain: kept without personal data, grouped, and turned into knowledge by editors."""
