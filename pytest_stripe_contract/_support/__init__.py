"""Helpers for files, JSON, tables and stacks."""
