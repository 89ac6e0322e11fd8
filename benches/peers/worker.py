"""Measures one system at one size, in a process of its own, and prints what it found as one line of JSON.

    python worker.py SYSTEM JOB.json

The job names the texts, the vectors and the directory. Latencies are in seconds. One thread is used where the system
lets itself be told; what it starts besides shows as processor time.
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[variable] = "1"

import json  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402

from systems import by_name  # noqa: E402

#: Numbers of the latencies that are kept.
QUANTILES = (0.5, 0.99)


def quantiles(latencies):
    return [float(q) for q in np.quantile(latencies, QUANTILES)]


def timed(calls, cpu):
    """How long each call took, and the processor time of one."""
    latencies, before = [], cpu()
    for call in calls:
        started = time.perf_counter()
        call()
        latencies.append(time.perf_counter() - started)
    return latencies, (cpu() - before) / max(len(latencies), 1)


def speed(system, job, directory):
    texts, questions = job["texts"], job["questions"]
    vectors, asked = np.load(job["vectors"]), np.load(job["question_vectors"])
    ids = [str(number) for number in range(len(texts))]
    singles = min(job["singles"], len(texts) // 2)
    cpu = getattr(system, "cpu", time.process_time)

    system.open(directory, vectors.shape[1])
    first = len(texts) - singles
    started = time.perf_counter()
    system.load(ids[:first], texts[:first], vectors[:first])
    loaded = time.perf_counter() - started

    def adding(at):
        return lambda: system.add(ids[at], texts[at], vectors[at])

    def asking(at):
        return lambda: system.search(questions[at], asked[at], job["k"])

    added, add_cpu = timed([adding(at) for at in range(first, len(texts))], cpu)
    for at in range(min(5, len(questions))):
        asking(at)()
    found, search_cpu = timed([asking(at) for at in range(len(questions))], cpu)
    system.close()
    return {
        "load_per_second": first / loaded,
        "insert": quantiles(added),
        "insert_cpu": add_cpu,
        "search": quantiles(found),
        "search_cpu": search_cpu,
    }


def evidence(system, job, directory):
    """Evidence recall: the share of a question's evidence among the first k, and how many questions there were."""
    shares = []
    for number, conversation in enumerate(job["conversations"]):
        vectors, asked = np.load(conversation["vectors"]), np.load(conversation["question_vectors"])
        place = directory / str(number)
        place.mkdir()
        system.open(place, vectors.shape[1])
        system.load(conversation["ids"], conversation["texts"], vectors)
        for (text, wanted, category), vector in zip(conversation["questions"], asked):
            found = set(system.search(text, vector, job["k"]))
            shares.append((category, len(found & set(wanted)) / len(wanted)))
        system.close()
    return {"recall": float(np.mean([share for _, share in shares])), "questions": len(shares)}


def main():
    name, path = sys.argv[1:]
    job = json.loads(Path(path).read_text(encoding="utf-8"))
    kind = by_name(name)
    system = kind(job["philia"]) if name.startswith("philia") else kind()
    measure = {"speed": speed, "evidence": evidence}[job["measure"]]
    result = measure(system, job, Path(job["directory"]))
    print(json.dumps({"versions": system.versions(), **result}))


if __name__ == "__main__":
    main()
