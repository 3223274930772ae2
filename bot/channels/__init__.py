"""Platform message <-> our message, one package per platform, nothing else."""
