"""Measuring the engine: what a collaboration costs, how many a machine carries, how large a campaign may be."""
