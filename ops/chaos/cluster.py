"""A Postgres of this run's own, for it is killed as well."""
import re

from server import ops_dev


class Cluster:
    """Use as a context; nothing of it is kept, unless the run ends with an error."""

    def __init__(self, name):
        self.name, self.kills = name, 0

    def __enter__(self):
        ops_dev("postgres", "delete", self.name)  # what a broken run has left
        self.address = ops_dev("postgres", "up", self.name)["TRUNKLINE_TEST_POSTGRES"]
        return self

    def __exit__(self, broken, *_):
        ops_dev("postgres", "down" if broken else "delete", self.name)

    def address_of(self, database):
        return re.sub(r"dbname=\S+", f"dbname={database}", self.address)

    def kill(self):
        """SIGKILL to all its processes; answers again, recovered, when this returns."""
        ops_dev("postgres", "kill", self.name)
        ops_dev("postgres", "up", self.name)
        self.kills += 1
