"""What was measured, as a table and a picture."""

import matplotlib

matplotlib.use("svg")

import matplotlib.pyplot as plt  # noqa: E402

BEGIN, END = "<!-- peers: begin -->", "<!-- peers: end -->"

HEAD = """# Benchmarks

What Philia takes, beside others, on one machine in one run. Machines differ; the ratios are what to look at.
"""

LABELS = {
    "philia": "**Philia**, in process",
    "philia-http": "**Philia**, over HTTP",
    "faiss-flat": "faiss, flat",
    "sqlite-vec": "sqlite-vec (apsw)",
    "chroma": "Chroma",
    "qdrant-local": "Qdrant, local mode",
    "mem0": "Mem0, infer=False",
}

COLOURS = {
    "philia": "#b5475d",
    "philia-http": "#de8f9e",
    "faiss-flat": "#4c72b0",
    "sqlite-vec": "#55a868",
    "chroma": "#8172b2",
    "qdrant-local": "#ccb974",
    "mem0": "#64b5cd",
}


def of_philia(said):
    """`philia bench recall --json` in the shape of the others."""
    at = said["runs"][0]
    return {
        "versions": {},
        "load_per_second": at["load_per_s"],
        "insert": [at["insert_s"]["p50"], at["insert_s"]["p99"]],
        "insert_cpu": at["insert_s"]["cpu"],
        "search": [at["recall_s"]["p50"], at["recall_s"]["p99"]],
        "search_cpu": at["recall_s"]["cpu"],
    }


def millis(seconds):
    if seconds is None:
        return ""
    value = seconds * 1000
    return f"{value:.3f}" if value < 1 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def table(speed, evidence):
    recall = ["", " LoCoMo recall@10 |", " ---: |"] if evidence else ["", "", ""]
    lines = []
    for size, results in speed.items():
        lines += [
            f"### {size:,} memories",
            "",
            "| | search p50 | p99 | processor | insert p50 | p99 | processor | bulk load, a second |" + recall[1],
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |" + recall[2],
        ]
        for name, at in results.items():
            if "failed" in at:
                lines.append(f"| {LABELS[name]} | {at['failed']} |" + " |" * (6 + bool(evidence)))
                continue
            cells = [
                LABELS[name],
                *(millis(at["search"][n]) for n in (0, 1)),
                millis(at["search_cpu"]),
                *(millis(at["insert"][n]) for n in (0, 1)),
                millis(at["insert_cpu"]),
                f"{at['load_per_second']:,.0f}",
            ]
            if evidence:
                found = evidence.get("philia" if name.startswith("philia") else name, {})
                cells.append(f"{found['recall']:.3f}" if "recall" in found else "")
            lines.append("| " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines)


def picture(path, speed):
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.6))
    for axis, (what, title) in zip(axes, (("search", "A search"), ("insert", "One more memory"))):
        for name in LABELS:
            points = [(size, at[name][what]) for size, at in speed.items() if what in at.get(name, {})]
            if not points:
                continue
            sizes = [size for size, _ in points]
            style = {"color": COLOURS[name], "linewidth": 2.6 if name == "philia" else 1.6}
            axis.plot(sizes, [q[0] * 1000 for _, q in points], "o-", label=LABELS[name].replace("**", ""), **style)
            axis.fill_between(
                sizes, [q[0] * 1000 for _, q in points], [q[1] * 1000 for _, q in points], alpha=0.12, color=COLOURS[name]
            )
        axis.set(xscale="log", yscale="log", title=f"{title}: p50, shaded up to p99", xlabel="memories", ylabel="ms")
        axis.grid(True, which="major", alpha=0.3)
    axes[1].legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False)
    figure.tight_layout()
    # The same figures give the same bytes.
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def ratios(speed):
    """How many times faster Philia's whole search is, in process."""
    lines = []
    for size, results in speed.items():
        own = results.get("philia", {}).get("search")
        others = [(name, at["search"][0]) for name, at in results.items() if "search" in at and "philia" not in name]
        if own and others:
            said = ", ".join(f"{LABELS[name]} {p50 / own[0]:,.1f}" for name, p50 in others)
            lines.append(f"- at {size:,} memories: {said}")
    return "\n".join(lines)


def write(directory, speed, evidence, machine, day):
    found = sorted({(k, v) for at in speed.values() for one in at.values() for k, v in one.get("versions", {}).items()})
    versions = ", ".join(f"{name} {version}" for name, version in found)
    picture(directory / "benchmarks-peers.svg", speed)
    section = f"""{BEGIN}
## Beside other memory layers and vector stores

Measured {day:%d %B %Y} on {machine}; {versions}. Anyone can run it: [benches/peers](../benches/peers/README.md).

The same made-up texts of about 100 bytes and the same vectors of 256 numbers for all. Times are milliseconds. The peers
are given every vector ready-made and only search by it (Mem0 also runs its own ranking); **Philia's search is the whole
of recall**: it embeds the question, fuses words, neighbours, meaning, speaker and time, ranks, and reads the memories
from its store. faiss keeps vectors in memory only, without texts; the others write to disk. Philia's inserts are durable
when they return. "Processor" is processor time of one operation, all threads and, over HTTP, the server's alone.

![search and insert, p50 and p99](benchmarks-peers.svg)

{table(speed, evidence)}
How many times longer a search of the others takes than Philia's in process (p50):

{ratios(speed)}
{END}"""
    path = directory / "benchmarks.md"
    text = path.read_text(encoding="utf-8") if path.exists() else f"{HEAD}\n{BEGIN}\n{END}\n"
    if BEGIN not in text or END not in text:
        raise SystemExit(f"{path} has no lines {BEGIN} and {END} between which the table could go")
    before, after = text.split(BEGIN, 1)[0], text.split(END, 1)[1]
    path.write_text(before + section + after, encoding="utf-8")
