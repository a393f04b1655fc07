"""Four workers restarted in turn at 70 % load, twice; a client is back at an endpoint within a second."""
import time

from common import Pool
from disturbed import disturbed


def promise():
    def disturb(workers: Pool):
        for number in range(8):
            workers.workers[number % 4].terminate()
            workers.workers[number % 4].wait()
            workers.start(number % 4)
            time.sleep(1)

    return disturbed(disturb, 11)
