"""Help desks that an organisation already runs: their cases, messages and answers, besides the built-in desk."""
