"""From a name to loaded networks: manifest, Hub, conversion, strict loading."""
