"""The texts that everybody is measured on: made-up memories, and questions about them.

Nobody's words: sentences of about 100 bytes are put together from lists, the frequent words far more often than the
rare ones, as in real talk. The same seed gives the same texts.
"""

import json
import random
import re
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

NAMES = """Mira Jonas Aylin Tomasz Priya Diego Hana Kwame Lena Oskar Yusuf Ines Bruno Chiara Emeka Freya Goran Helga
Ivo Jana Kenji Laila Mateo Nadia Olu Petra Quentin Rosa Sven Tara Umar Vera Wanda Ximena Yara Zoran""".split()
PLACES = """Lisbon Bremen Lahore Kyoto Oslo Accra Quito Turin Leeds Izmir Riga Cork Malmo Tbilisi Porto Ghent Graz
Bergen Utrecht Sofia Tartu Haifa Cusco Dakar""".split()
WHO = ["I", "We", "My sister {n}", "My friend {n}", "My neighbour {n}", "My cousin {n}", "{n} from work", "Our {n}"]
DID = """talked about|finally finished|started|gave up on|spent the whole weekend on|was worried about|laughed about|
planned|wrote a long letter about|bought everything for|dreamt of|told everybody about|argued over|took pictures of|
read a book about|showed me|could not stop thinking about|repaired|painted|sold""".replace("\n", "").split("|")
WHAT = """the garden fence|a sourdough bread|the old violin|a marathon in the rain|the job interview|a birthday cake|
the broken bicycle|an exhibition of lamps|the new apartment|a kayak trip|grandfather's watch|the choir concert|
a chess tournament|the vegetable patch|a course in pottery|the night train|a swimming lesson|the wedding speech|
an orange kitten|the tax papers|a telescope|the school play|a jar of honey|the harbour festival|a leaking roof|
the visa papers|a blue coat|the allotment|a lost key|the dentist|a mountain hut|the printing press|a stray dog|
the piano recital|a science fair|the ferry timetable|a knitted scarf|the flea market|a thunderstorm|the beehive""".replace(
    "\n", ""
).split("|")
WHERE = ["in {p}", "near {p}", "on the way to {p}", "while staying in {p}", "back home in {p}"]
WHEN = """last spring|on Monday|yesterday|two weeks ago|in the summer|before breakfast|at the end of May|this morning|
during the holidays|after the storm|on the third of October|in 2019""".replace("\n", "").split("|")
WHY = """because it had to be done|and was proud of it|although nobody believed it|and it cost too much|
which made everybody smile|and would do it again|without asking anyone|and it took all night|for the third time|
and forgot the time|even though it was cold|and cried a little""".replace("\n", "").split("|")


@dataclass
class Corpus:
    """Texts with their vectors, and questions with theirs."""

    texts: list[str]
    questions: list[str]
    vectors: np.ndarray = field(default=None)
    question_vectors: np.ndarray = field(default=None)


def _often(rng, words):
    """One of the words; the first ones far more often than the last (Zipf)."""
    return words[min(int(rng.paretovariate(0.8)) - 1, len(words) - 1) if rng.random() < 0.5 else rng.randrange(len(words))]


def make(count, questions, seed=7):
    rng = random.Random(seed)
    texts, parts = [], []
    for number in range(count):
        name, place, what, when = (_often(rng, words) for words in (NAMES, PLACES, WHAT, WHEN))
        who = rng.choice(WHO).format(n=name)
        text = f"{who} {rng.choice(DID)} {what} {rng.choice(WHERE).format(p=place)} {when}, {rng.choice(WHY)} (no. {number})."
        texts.append(text)
        parts.append((name, place, what))
    asked = []
    for _ in range(questions):
        name, place, what = parts[rng.randrange(count)]
        bare = re.sub(r"^(the|an?|our) ", "", what)
        asked.append(
            rng.choice(
                [
                    f"What did {name} say about the {bare}?",
                    f"When was the {bare} in {place}?",
                    f"Who was it with the {bare} near {place}?",
                    f"Do you remember what happened with {name} in {place}?",
                ]
            )
        )
    return Corpus(texts, asked)


def embed(philia, texts):
    """The vectors that Philia's built-in table gives these texts: everybody gets the same."""
    with tempfile.TemporaryDirectory() as directory:
        source, out = Path(directory, "texts"), Path(directory, "vectors")
        source.write_text("".join(text.replace("\n", " ") + "\n" for text in texts), encoding="utf-8")
        subprocess.run([philia, "bench", "vectors", "--texts", source, "--out", out], check=True, capture_output=True)
        return np.fromfile(out, dtype="<f4").reshape(len(texts), -1)


@dataclass
class Conversation:
    """A conversation of LoCoMo: what was said, and questions with the turns that answer them."""

    ids: list[str]
    texts: list[str]
    questions: list[tuple[str, set[str], int]]


def locomo(path):
    """The conversations of a file of LoCoMo's shape. It is read where it lies and never copied."""
    conversations = []
    for sample in json.loads(Path(path).read_text(encoding="utf-8")):
        ids, texts = [], []
        sessions = [key for key in sample["conversation"] if re.fullmatch(r"session_\d+", key)]
        for session in sorted(sessions, key=lambda key: int(key.split("_")[1])):
            for turn in sample["conversation"][session]:
                ids.append(turn["dia_id"])
                texts.append(f"{turn['speaker']}: {turn['text']}")
        known = set(ids)
        questions = []
        for question in sample["qa"]:
            evidence = set(re.findall(r"D\d+:\d+", " ".join(question.get("evidence", [])))) & known
            if evidence and question.get("category") in (1, 2, 3, 4):
                questions.append((question["question"], evidence, question["category"]))
        conversations.append(Conversation(ids, texts, questions))
    return conversations
