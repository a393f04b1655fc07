"""kill -9 of one of four workers at 70 % load, ten times."""
import time

from common import Pool
from disturbed import disturbed


def promise():
    def disturb(workers: Pool):
        for number in range(10):
            workers.workers[number % 4].kill()
            workers.workers[number % 4].wait()
            time.sleep(0.3)
            workers.start(number % 4)
            time.sleep(0.5)

    return disturbed(disturb, 10)
