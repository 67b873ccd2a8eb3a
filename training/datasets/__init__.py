"""Readers of the training and evaluation data, each into ``Example`` rows."""
