"""What a help desk sends to us, and the parts that work for it while the gateway runs."""
