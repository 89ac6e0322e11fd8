"""faiss, flat: an exact scan of float32 vectors, on one thread. It keeps no texts and nothing on disk."""

import faiss
import numpy as np

from . import System


class Faiss(System):
    name = "faiss-flat"

    def versions(self):
        return {"faiss-cpu": faiss.__version__}

    def open(self, directory, dimensions):
        faiss.omp_set_num_threads(1)
        self.index = faiss.IndexFlatIP(dimensions)
        self.ids = []

    def load(self, ids, texts, vectors):
        self.index.add(np.ascontiguousarray(vectors))
        self.ids.extend(ids)

    def add(self, id, text, vector):
        self.index.add(vector[None, :])
        self.ids.append(id)

    def search(self, text, vector, k):
        _, found = self.index.search(vector[None, :], k)
        return [self.ids[at] for at in found[0] if at >= 0]
