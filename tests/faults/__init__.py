"""What must hold when processes, services and visitors misbehave: `python -m tests.faults` counts it."""
