"""qdrant-client in local mode: an exact scan in numpy, payloads in SQLite."""

import importlib.metadata
import uuid
import warnings

from qdrant_client import QdrantClient, models

from . import System

BATCH = 1000


class Qdrant(System):
    name = "qdrant-local"
    durable = True

    def versions(self):
        return {"qdrant-client": importlib.metadata.version("qdrant-client")}

    def open(self, directory, dimensions):
        warnings.filterwarnings("ignore", message="Local mode is not recommended")
        self.client = QdrantClient(path=str(directory))
        self.client.create_collection(
            "memories", vectors_config=models.VectorParams(size=dimensions, distance=models.Distance.COSINE)
        )

    def _point(self, id, text, vector):
        name = str(uuid.uuid5(uuid.NAMESPACE_OID, id))
        return models.PointStruct(id=name, vector=vector.tolist(), payload={"id": id, "text": text})

    def load(self, ids, texts, vectors):
        for at in range(0, len(ids), BATCH):
            points = [self._point(*item) for item in zip(ids[at : at + BATCH], texts[at:], vectors[at:])]
            self.client.upsert("memories", points)

    def add(self, id, text, vector):
        self.client.upsert("memories", [self._point(id, text, vector)])

    def search(self, text, vector, k):
        found = self.client.query_points("memories", query=vector, limit=k, with_payload=True)
        return [point.payload["id"] for point in found.points]

    def close(self):
        self.client.close()
