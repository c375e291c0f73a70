"""`python -m spinefm`."""

import sys

from spinefm.cli import main

if __name__ == "__main__":
    sys.exit(main())
