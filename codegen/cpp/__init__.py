"""Generators of C++ from a checked model."""
