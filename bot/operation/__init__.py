"""What an operator does with a whole copy: backups, checks, erasing by hand."""
