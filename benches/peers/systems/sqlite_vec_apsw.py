"""sqlite-vec through apsw: an exact scan in SQL, texts beside the vectors."""

import importlib.metadata

import apsw
import sqlite_vec

from . import System


class SqliteVec(System):
    name = "sqlite-vec"
    durable = True

    def versions(self):
        return {
            "sqlite-vec": importlib.metadata.version("sqlite-vec"),
            "apsw": apsw.apsw_version(),
        }

    def open(self, directory, dimensions):
        self.db = apsw.Connection(str(directory / "memories.db"))
        self.db.enable_load_extension(True)
        self.db.load_extension(sqlite_vec.loadable_path())
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("CREATE TABLE memory (n INTEGER PRIMARY KEY, id TEXT, text TEXT)")
        self.db.execute(f"CREATE VIRTUAL TABLE vector USING vec0(v float[{dimensions}] distance_metric=cosine)")
        self.count = 0

    def _insert(self, id, text, vector):
        self.count += 1
        self.db.execute("INSERT INTO memory VALUES (?, ?, ?)", (self.count, id, text))
        self.db.execute("INSERT INTO vector (rowid, v) VALUES (?, ?)", (self.count, vector.tobytes()))

    def load(self, ids, texts, vectors):
        with self.db:
            for id, text, vector in zip(ids, texts, vectors):
                self._insert(id, text, vector)

    def add(self, id, text, vector):
        with self.db:
            self._insert(id, text, vector)

    def search(self, text, vector, k):
        rows = self.db.execute(
            "SELECT memory.id, memory.text FROM (SELECT rowid, distance FROM vector WHERE v MATCH ? AND k = ?) best "
            "JOIN memory ON memory.n = best.rowid ORDER BY best.distance",
            (vector.tobytes(), k),
        )
        return [row[0] for row in rows]

    def close(self):
        self.db.close()
