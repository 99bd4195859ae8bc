"""Builds what the lab keeps between runs, so that no test's time limit has to bear it."""

import sys

from lab.guest_image import guest_image
from lab.process import LabError

if __name__ == "__main__":
    try:
        guest_image(lambda text: print(text, flush=True))
    except LabError as error:
        sys.exit(str(error))
