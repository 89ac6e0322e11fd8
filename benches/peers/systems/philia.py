"""Philia over its HTTP API: every memory durable when the call returns, every search embeds its question itself."""

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil

from . import System


class PhiliaHttp(System):
    name = "philia-http"
    hybrid = True
    durable = True

    def __init__(self, program):
        self.program = program

    def versions(self):
        said = subprocess.run([self.program, "--version"], check=True, capture_output=True, text=True).stdout
        return {"philia": said.split()[-1]}

    def open(self, directory, dimensions):
        command = [self.program, "--data", directory, "serve", "--listen", "127.0.0.1:0"]
        self.server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.server.stdout:
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                break
        else:
            raise RuntimeError("philia serve ended before it listened")
        self.client = httpx.Client(base_url=found.group(), headers={"X-Philia-User": "somebody"}, timeout=120)
        self.process = psutil.Process(self.server.pid)
        self.ids = {}

    def load(self, ids, texts, vectors):
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(self.add, ids, texts, vectors))
        # The first search fills the index.
        self.search("anything", None, 1)

    def add(self, id, text, vector):
        answer = self.client.post("/api/memories", json={"content": text})
        answer.raise_for_status()
        self.ids[answer.json()["id"]] = id

    def search(self, text, vector, k):
        answer = self.client.get("/api/memories", params={"q": text, "limit": k})
        answer.raise_for_status()
        return [self.ids.get(item["id"]) for item in answer.json()["items"]]

    def cpu(self):
        """Seconds of processor time that the server took so far."""
        times = self.process.cpu_times()
        return times.user + times.system

    def close(self):
        self.client.close()
        self.server.terminate()
        self.server.wait(30)
