"""What the process has imported from which recognisers are forked; nobody else imports this.

A service manager that stops the server signals every process of it. Stopping is the server's
business: it lets queued speech be heard first, and then this process ends by itself.
"""

import signal

import monitor.asr.recogniser
import monitor.asr.whisper  # noqa: F401

signal.signal(signal.SIGTERM, signal.SIG_IGN)
