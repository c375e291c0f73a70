"""The page's Python side: tabs, sessions, the model service."""
