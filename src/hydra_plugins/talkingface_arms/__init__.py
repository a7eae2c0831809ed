"""The Hydra launcher that runs each arm of a sweep in a process of its own."""
