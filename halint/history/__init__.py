"""The history of clusters, as rows of CIBs tell it: who changed what, and when."""
