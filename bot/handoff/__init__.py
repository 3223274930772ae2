"""From the assistant to people: cases, who takes them, when people are there, and what is sent about them."""
