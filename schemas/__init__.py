"""Facts as data: keys, options, agents, and the schemas of the outputs."""
