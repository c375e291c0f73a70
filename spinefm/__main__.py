"""`python -m spinefm`."""

import sys

from spinefm.cli.app import main

if __name__ == "__main__":
    sys.exit(main())
