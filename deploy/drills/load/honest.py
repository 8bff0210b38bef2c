"""A caller who asks for one erasure at a time, and tries again as a client should."""
import time

import http2

EACH = 0.02        # seconds from call to call, at least
RETRY_AFTER = 1.0  # seconds after a refusal: what Lethe's RetryInfo says
PATIENCE = 5.0     # seconds for one attempt


class Honest:
    def __init__(self, port):
        self.port = port
        self.connection = None
        self.count = 0
        self.name = f"honest-{time.time_ns()}"

    def attempt(self):
        """Whether it was taken; None if no answer came."""
        try:
            if self.connection is None:
                self.connection = http2.Connection(self.port, PATIENCE)
            key = f"{self.name}-{self.count}"
            taken = self.connection.call(http2.CREATE, http2.create_request(key, [key]))
            if self.connection.going_away():
                self.hang_up()
            return taken
        except (OSError, http2.Closed):
            self.hang_up()
            return None

    def hang_up(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def ask_for(self, seconds):
        """The seconds that each request took, tries again included, and how many attempts were refused or lost."""
        took, refused, lost = [], 0, 0
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            began = time.monotonic()
            self.count += 1
            while (taken := self.attempt()) is not True and time.monotonic() < end + PATIENCE:
                refused += taken is False
                lost += taken is None
                time.sleep(RETRY_AFTER if taken is False else EACH)
            took.append(time.monotonic() - began)
            time.sleep(max(0.0, began + EACH - time.monotonic()))
        return took, refused, lost

    def seconds_until_served(self, limit=60.0):
        """On a new connection, from now on; None if not within the limit."""
        began = time.monotonic()
        while time.monotonic() < began + limit:
            self.hang_up()
            self.count += 1
            if self.attempt():
                return time.monotonic() - began
            time.sleep(EACH)
        return None
