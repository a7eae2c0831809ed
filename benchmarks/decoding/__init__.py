"""The contenders of benchmarks/decoders.py, and what they read."""
