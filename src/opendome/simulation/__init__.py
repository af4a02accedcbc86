"""Simulation: from a scenario's arrays through the kill chain to results, run by run."""
