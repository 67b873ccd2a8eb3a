"""Measuring a checkpoint on rows of any source: figures, tables, pictures and a model card."""
