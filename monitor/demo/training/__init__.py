"""How the bundled recogniser was made: texts, synthetic voices, training, export, measurement.

Run as `python -m monitor.demo.training`; needs the `train` extra. See README.md here.
"""
