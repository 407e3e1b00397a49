"""A cluster as a picture: plain data, and its texts for Graphviz and mermaid."""
