#!/usr/bin/env python3
"""Philia beside other memory layers and vector stores, in one run, on the same texts and vectors.

    pip install -r requirements.txt
    cargo build --release
    python run.py                                   # about 15 minutes
    python run.py --sizes 1000 --questions 50       # a minute, for a look
    python run.py --locomo locomo10.json            # with evidence recall (github.com/snap-research/locomo)

It writes the table and the picture into docs/benchmarks.md and docs/benchmarks-peers.svg. Every system works in a
process and a temporary directory of its own, one after the other. The peers are given every vector ready-made;
Philia's figures include embedding the question.
"""

import argparse
import json
import platform
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import numpy as np

import corpus
import report
from systems import PEERS

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--philia", default=ROOT / "target" / "release" / "philia", type=Path, help="the program")
    parser.add_argument("--sizes", default="1000,10000,100000", help="numbers of memories")
    parser.add_argument("--systems", default=",".join(PEERS), help="the peers to measure, or none")
    parser.add_argument("--questions", default=200, type=int, help="searches at each size")
    parser.add_argument("--singles", default=500, type=int, help="memories of each size that are added one by one")
    parser.add_argument("--k", default=10, type=int, help="memories that a search returns")
    parser.add_argument("--locomo", type=Path, help="a file of LoCoMo's shape, for evidence recall")
    parser.add_argument("--patience", default=900, type=int, help="seconds that one system may take at one size")
    parser.add_argument("--out", default=ROOT / "docs", type=Path, help="where the table and the picture go")
    return parser.parse_args()


def say(text):
    print(text, file=sys.stderr, flush=True)


def work(name, job, place, patience):
    """Runs one system in a process of its own; what it found, or why it found nothing."""
    directory = place / "work"
    directory.mkdir()
    path = place / "job.json"
    path.write_text(json.dumps({**job, "directory": str(directory)}), encoding="utf-8")
    try:
        done = subprocess.run(
            [sys.executable, HERE / "worker.py", name, path], cwd=HERE, capture_output=True, text=True, timeout=patience
        )
        if done.returncode:
            return {"failed": done.stderr.strip().splitlines()[-1]}
        return json.loads(done.stdout.splitlines()[-1])
    except subprocess.TimeoutExpired:
        return {"failed": f"not done in {patience} s"}
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def in_process(philia, job, place):
    """Philia's own figures without HTTP, on the same texts: it measures itself."""
    texts, questions = place / "texts.txt", place / "questions.txt"
    texts.write_text("".join(text + "\n" for text in job["texts"]), encoding="utf-8")
    questions.write_text("".join(text + "\n" for text in job["questions"]), encoding="utf-8")
    command = [philia, "bench", "recall", "--texts", texts, "--queries", questions, "--k", str(job["k"]), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1]}
    return report.of_philia(json.loads(done.stdout))


def measure_speed(args, place):
    results = {}
    for size in (int(size) for size in args.sizes.split(",")):
        made = corpus.make(size, args.questions)
        vectors, asked = corpus.embed(args.philia, made.texts), corpus.embed(args.philia, made.questions)
        np.save(place / "vectors.npy", vectors)
        np.save(place / "questions.npy", asked)
        job = {
            "measure": "speed",
            "philia": str(args.philia),
            "texts": made.texts,
            "questions": made.questions,
            "vectors": str(place / "vectors.npy"),
            "question_vectors": str(place / "questions.npy"),
            "singles": args.singles,
            "k": args.k,
        }
        say(f"{size:,} memories: philia, in process")
        results[size] = {"philia": in_process(args.philia, job, place)}
        for name in ["philia-http", *filter(None, args.systems.split(","))]:
            say(f"{size:,} memories: {name}")
            results[size][name] = work(name, job, place, args.patience)
    return results


def measure_evidence(args, place):
    conversations = []
    for number, told in enumerate(corpus.locomo(args.locomo)):
        vectors = corpus.embed(args.philia, told.texts)
        asked = corpus.embed(args.philia, [question for question, _, _ in told.questions])
        np.save(place / f"vectors-{number}.npy", vectors)
        np.save(place / f"questions-{number}.npy", asked)
        conversations.append(
            {
                "ids": told.ids,
                "texts": told.texts,
                "questions": [(text, sorted(wanted), category) for text, wanted, category in told.questions],
                "vectors": str(place / f"vectors-{number}.npy"),
                "question_vectors": str(place / f"questions-{number}.npy"),
            }
        )
    say("evidence recall: philia")
    evaluated = subprocess.run([args.philia, "eval", "locomo", args.locomo], capture_output=True, text=True, check=True)
    lines = [line.split() for line in evaluated.stdout.splitlines()]
    head = next(line for line in lines if line[:1] == ["category"])
    overall = next(line for line in lines if line[:1] == ["1-4"])
    results = {"philia": {"recall": float(overall[head.index("recall@10")])}}
    job = {"measure": "evidence", "philia": str(args.philia), "conversations": conversations, "k": args.k}
    for name in filter(None, args.systems.split(",")):
        say(f"evidence recall: {name}")
        results[name] = work(name, job, place, args.patience)
        if "failed" in results[name]:
            say(f"  {results[name]['failed']}")
    return results


def machine():
    """What it was measured on."""
    cpu = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []:
        if line.startswith("model name"):
            cpu = line.split(":", 1)[1].strip()
            break
    import psutil

    memory = round(psutil.virtual_memory().total / 2**30)
    return f"{cpu}, {psutil.cpu_count()} cores, {memory} GiB, {platform.system()}, Python {platform.python_version()}"


def main():
    args = arguments()
    if not args.philia.exists():
        raise SystemExit(f"{args.philia} is not there: build it with `cargo build --release`, or name it with --philia")
    args.philia = args.philia.resolve()
    with tempfile.TemporaryDirectory(prefix="peers-") as directory:
        place = Path(directory)
        speed = measure_speed(args, place)
        evidence = measure_evidence(args, place) if args.locomo else None
    report.write(args.out, speed, evidence, machine(), date.today())
    say(f"written: {args.out / 'benchmarks.md'}")


if __name__ == "__main__":
    main()
