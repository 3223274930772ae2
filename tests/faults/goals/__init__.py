"""One module per class of fault; each takes a stage and gives rows of the table."""
