"""The systems that are compared. Each is a class with the same few methods; see `System`."""


class System:
    """What a system must be able to do. One process measures one system at one size."""

    name = "?"
    #: Its own search takes the question's text, and does more than compare vectors.
    hybrid = False
    #: What is added is on disk when the call returns.
    durable = False

    def versions(self):
        """The versions of what it is made of."""
        raise NotImplementedError

    def open(self, directory, dimensions):
        """Begins empty, in a directory of its own."""
        raise NotImplementedError

    def load(self, ids, texts, vectors):
        """Takes in many, by the fastest way its documentation names."""
        raise NotImplementedError

    def add(self, id, text, vector):
        """Takes in one more, as a conversation does."""
        raise NotImplementedError

    def search(self, text, vector, k):
        """The ids of the best k."""
        raise NotImplementedError

    def close(self):
        """Nothing is measured after it."""


def by_name(name):
    """The system of that name. Only what is measured is imported."""
    if name == "mem0":
        from .mem0 import Mem0 as system
    elif name == "chroma":
        from .chroma import Chroma as system
    elif name == "qdrant-local":
        from .qdrant import Qdrant as system
    elif name == "sqlite-vec":
        from .sqlite_vec_apsw import SqliteVec as system
    elif name == "faiss-flat":
        from .faiss_flat import Faiss as system
    elif name == "philia-http":
        from .philia import PhiliaHttp as system
    else:
        raise SystemExit(f"no system is called {name!r}")
    return system


PEERS = ["faiss-flat", "sqlite-vec", "chroma", "qdrant-local", "mem0"]
