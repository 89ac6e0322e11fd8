"""chromadb, persistent, in process: an HNSW graph (approximate), texts in SQLite."""

import chromadb
from chromadb.config import Settings

from . import System

BATCH = 5000


class Chroma(System):
    name = "chroma"
    durable = True

    def versions(self):
        return {"chromadb": chromadb.__version__}

    def open(self, directory, dimensions):
        self.client = chromadb.PersistentClient(str(directory), settings=Settings(anonymized_telemetry=False))
        self.collection = self.client.create_collection(
            "memories", configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
        )

    def load(self, ids, texts, vectors):
        for at in range(0, len(ids), BATCH):
            end = at + BATCH
            self.collection.add(ids=ids[at:end], documents=texts[at:end], embeddings=vectors[at:end])

    def add(self, id, text, vector):
        self.collection.add(ids=[id], documents=[text], embeddings=vector[None, :])

    def search(self, text, vector, k):
        return self.collection.query(query_embeddings=vector[None, :], n_results=k, include=["documents"])["ids"][0]
