"""Call compliance monitor: hears every outbound call and tells people in time."""

import os

__version__ = "0.1.0"

# numpy's BLAS reads it once, when it is loaded. For products as small as a mel spectrum its threads
# only spin for each other: 21 ms of processor for 3 s of sound with two of them, 4 ms with one
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
