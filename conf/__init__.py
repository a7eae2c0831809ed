"""Configuration groups: one YAML a choice, one sentence beside every field."""
