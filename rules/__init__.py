"""The rules: one YAML file each, a folder a topic."""
