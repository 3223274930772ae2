"""What protects visitors: personal data taken out of what is kept."""
