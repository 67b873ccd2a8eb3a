"""Learners who are made up, to try policies on before people meet them."""
