"""Mem0 with `infer=False` and its default store (Qdrant in local mode): no model is asked, vectors are given to it."""

import importlib.metadata
import logging
import os
import tempfile

# Both are read when the package is imported.
os.environ["MEM0_TELEMETRY"] = "False"
os.environ.setdefault("MEM0_DIR", tempfile.mkdtemp(prefix="peers-mem0-"))
os.environ.setdefault("OPENAI_API_KEY", "never-used")

from mem0 import Memory  # noqa: E402
from mem0.embeddings.base import EmbeddingBase  # noqa: E402

from . import System  # noqa: E402

USER = "somebody"


class Given(EmbeddingBase):
    """An embedder that hands out the vectors it was given."""

    def __init__(self):
        super().__init__()
        self.vectors = {}

    def give(self, text, vector):
        # Mem0 trims what it is asked.
        self.vectors = {text.strip(): vector}

    def embed(self, text, memory_action=None):
        return self.vectors[text.strip()].tolist()

    def embed_batch(self, texts, memory_action=None):
        return [self.embed(text) for text in texts]


class Mem0(System):
    name = "mem0"
    hybrid = True
    durable = True

    def versions(self):
        return {name: importlib.metadata.version(name) for name in ("mem0ai", "qdrant-client")}

    def open(self, directory, dimensions):
        logging.disable(logging.WARNING)
        config = {
            "vector_store": {
                "provider": "qdrant",
                "config": {"path": str(directory / "qdrant"), "embedding_model_dims": dimensions, "on_disk": True},
            },
            "history_db_path": str(directory / "history.db"),
        }
        self.memory = Memory.from_config(config)
        self.given = Given()
        self.memory.embedding_model = self.given
        self.ids = {}

    def load(self, ids, texts, vectors):
        for item in zip(ids, texts, vectors):
            self.add(*item)

    def add(self, id, text, vector):
        self.given.give(text, vector)
        added = self.memory.add([{"role": "user", "content": text}], user_id=USER, infer=False)
        for result in added["results"]:
            self.ids[result["id"]] = id

    def search(self, text, vector, k):
        self.given.give(text, vector)
        found = self.memory.search(text, filters={"user_id": USER}, top_k=k)
        return [self.ids[result["id"]] for result in found["results"]]
