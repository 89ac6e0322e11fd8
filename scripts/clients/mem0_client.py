"""Mem0's own client for Python (MemoryClient), at a Philia: the platform's routes."""

import os

from mem0 import MemoryClient

client = MemoryClient(api_key=os.environ.get("KEY", "any"), host=os.environ["PHILIA"])  # It asks who it is.
ada = {"user_id": "ada"}

# Added to be learned from: what is learned is told by the event.
talk = [
    {"role": "user", "content": "I have a dog called Sparky. I live in Lisbon."},
    {"role": "assistant", "content": "Sparky is a lovely name!"},
]
added = client.add(talk, user_id="ada", run_id="r1", metadata={"topic": "pets"})
assert added["status"] == "PENDING" and added["event_id"], added
event = client.client.get(f"/v1/event/{added['event_id']}/").json()
assert event["status"] == "SUCCEEDED", event
assert any("Sparky" in result["data"]["memory"] for result in event["results"]), event
# What the assistant said is nobody's fact.
assert not any("lovely" in result["data"]["memory"] for result in event["results"]), event

# Kept as it is worded.
kept = client.add("The plumber comes on Tuesdays.", user_id="ada", agent_id="house", infer=False, metadata={"room": 3})
assert kept["status"] == "SUCCEEDED" and kept["results"][0]["event"] == "ADD", kept
note = kept["results"][0]["id"]
client.add([{"role": "user", "content": "I play chess."}], user_id="bo", timestamp=1700000000)

# Searched, with filters of every kind.
found = client.search("What is my dog's name?", filters=ada)["results"]
assert "Sparky" in found[0]["memory"] and 0 <= found[0]["score"] <= 1 and found[0]["user_id"] == "ada", found
assert found[0]["run_id"] == "r1" and found[0]["metadata"]["topic"] == "pets", found[0]
assert client.search("Who comes on Tuesdays?", filters={"user_id": "bo"}, top_k=3)["results"] == [] or all(
    "plumber" not in memory["memory"] for memory in client.search("Who comes?", filters={"user_id": "bo"})["results"]
)


def listed(**filters):
    return {memory["id"] for memory in client.get_all(filters=filters)["results"]}


everything = listed(user_id="ada")
assert note in everything and len(everything) >= 3, everything
assert listed(AND=[ada, {"agent_id": "house"}]) == {note}
assert listed(AND=[ada, {"metadata": {"room": {"gte": 3}}}]) == {note}
assert listed(AND=[ada, {"metadata": {"room": {"lt": 3}}}]) == set()
assert listed(AND=[ada, {"NOT": [{"agent_id": "house"}]}]) == everything - {note}
assert listed(AND=[ada, {"OR": [{"agent_id": "house"}, {"run_id": "r1"}]}]) == everything
assert listed(AND=[{"user_id": {"in": ["ada", "bo"]}}, {"text": {"icontains": "PLUMBER"}}]) == {note}
assert listed(AND=[ada, {"agent_id": {"ne": "house"}}]) == everything - {note}
assert len(listed(user_id="*")) > len(everything)
old = client.get_all(filters={"AND": [{"user_id": "bo"}, {"created_at": {"lte": "2023-12-31"}}]})["results"]
assert old and all(memory["created_at"].startswith("2023-11-14") for memory in old), old
paged = client.get_all(filters=ada, page=1, page_size=2)
assert paged["count"] == len(everything) and len(paged["results"]) == 2 and paged["next"], paged

# One of them: read, changed, its history.
assert client.get(note)["memory"] == "The plumber comes on Tuesdays.", client.get(note)
changed = client.update(note, text="The plumber comes on Fridays.", metadata={"room": 4})
assert changed["memory"] == "The plumber comes on Fridays.", changed
assert client.get(note)["metadata"]["room"] == 4
history = client.history(note)
assert [step["event"] for step in history] == ["ADD", "UPDATE"], history
assert history[1]["old_memory"].endswith("Tuesdays.") and history[1]["new_memory"].endswith("Fridays."), history
assert "Fridays" in client.search("When does the plumber come?", filters=ada)["results"][0]["memory"]

# Several at once.
two = [client.add(text, user_id="ada", infer=False)["results"][0]["id"] for text in ("One note.", "Another note.")]
client.batch_update([{"memory_id": two[0], "text": "One changed note."}, {"memory_id": two[1], "metadata": {"n": 2}}])
assert client.get(two[0])["memory"] == "One changed note." and client.get(two[1])["metadata"]["n"] == 2
client.batch_delete([{"memory_id": memory} for memory in two])
assert not listed(user_id="ada") & set(two)

# Everybody there are memories of, and a document of them.
users = {(entity["type"], entity["name"]) for entity in client.users()["results"]}
assert users == {("user", "ada"), ("user", "bo"), ("agent", "house"), ("run", "r1")}, users
made = client.create_memory_export(schema="{}", filters=ada)
assert {memory["id"] for memory in client.get_memory_export(memory_export_id=made["id"])["memories"]} == everything

# Forgotten: one, all of a run, all of somebody; and nobody else's.
client.delete(note)
try:
    client.get(note)
    raise SystemExit("it was forgotten")
except Exception as error:
    assert type(error).__name__ == "MemoryNotFoundError", repr(error)
client.delete_all(user_id="ada", run_id="r1")
assert listed(user_id="ada") == set(), listed(user_id="ada")
assert listed(user_id="bo")
client.add("I like tea.", user_id="ada", infer=False)
client.delete_all(filters=ada)
assert listed(user_id="ada") == set() and listed(user_id="bo")
client.delete_users(user_id="bo")
assert client.users()["results"] == [], client.users()

# The older routes' lists are bare.
client.add("I like rain.", user_id="ada", infer=False)
older = client.client.post("/v2/memories/search/", json={"query": "rain", "filters": ada}).json()
assert isinstance(older, list) and older[0]["memory"] == "I like rain.", older
assert isinstance(client.client.get("/v1/memories/", params=ada).json(), list)
client.reset()
print("well")
