"""Reports as one HTML file each, which needs nothing beside it and no network."""
