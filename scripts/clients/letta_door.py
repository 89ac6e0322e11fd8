"""Letta's own client for Python, at a Philia: agents, messages, blocks, archival memory, agent files."""

import io
import json
import os

import letta_client
from letta_client import Letta

client = Letta(base_url=os.environ["PHILIA"], api_key=os.environ.get("KEY", "any"), max_retries=0)
assert client.health().status == "ok"
assert client.models.list()[0].handle == "philia"

# Agents.
agent = client.agents.create(
    name="Sam",
    memory_blocks=[
        {"label": "human", "value": "The human's name is Ada. She lives in Lisbon."},
        {"label": "persona", "value": "Sam is a patient gardener who speaks plainly and likes the rain."},
        {"label": "garden", "value": "There are three beds."},
    ],
)
assert agent.id.startswith("agent-") and agent.name == "Sam", agent
labels = {block.label: block.value for block in agent.memory.blocks}
assert labels["persona"].startswith("Sam is a patient gardener") and labels["garden"] == "There are three beds.", labels
assert agent.id in {found.id for found in client.agents.list()}
assert [found.id for found in client.agents.list(name="Sam")] == [agent.id]
assert client.agents.retrieve(agent.id).description.startswith("Sam is a patient gardener")
assert client.agents.update(agent.id, name="Samuel").name == "Samuel"

# Messages, whole and streamed; what was said.
said = client.agents.messages.create(agent.id, messages=[{"role": "user", "content": "I have a dog called Sparky."}])
assert [message.message_type for message in said.messages] == ["assistant_message"] and said.messages[0].content, said
assert said.stop_reason.stop_reason == "end_turn" and said.usage.total_tokens > 0, said
asked = client.agents.messages.create(agent.id, input="What is my dog's name?")
assert "Sparky" in asked.messages[0].content, asked
pieces = list(client.agents.messages.stream(agent.id, messages=[{"role": "user", "content": "He likes the sea."}]))
assert [piece.message_type for piece in pieces] == ["assistant_message", "stop_reason", "usage_statistics"], pieces
tokens = list(
    client.agents.messages.stream(agent.id, messages=[{"role": "user", "content": "So do I."}], stream_tokens=True)
)
assert "".join(piece.content for piece in tokens if piece.message_type == "assistant_message"), tokens
history = list(client.agents.messages.list(agent.id, order="asc"))
assert [message.message_type for message in history[:2]] == ["user_message", "assistant_message"], history
assert history[0].content == "I have a dog called Sparky." and len(history) == 8, history
assert len(list(client.agents.messages.list(agent.id, order="asc", limit=3))) == 8  # The pages follow each other.
assert next(iter(client.agents.messages.list(agent.id, limit=1))).id == history[-1].id
need = client.agents.messages.create(agent.id, input="I want to kill myself.")
assert need.messages[0].content and "Sparky" not in need.messages[0].content, need

# Blocks, of the agent and by themselves.
blocks = {block.label: block for block in client.agents.blocks.list(agent.id)}
assert blocks["human"].value.startswith("The human's name is Ada"), blocks
changed = client.agents.blocks.update("human", agent_id=agent.id, value="The human is called Ada Lovelace.")
assert changed.value == "The human is called Ada Lovelace.", changed
assert client.agents.blocks.retrieve("human", agent_id=agent.id).value == "The human is called Ada Lovelace."
assert client.agents.blocks.update("persona", agent_id=agent.id, value="Sam is a quiet sailor.").value.endswith("sailor.")
assert client.agents.retrieve(agent.id).description == "Sam is a quiet sailor."
made = client.blocks.create(label="boats", value="A sloop.")
assert client.blocks.retrieve(made.id).value == "A sloop."
assert client.blocks.update(made.id, value="A ketch.").value == "A ketch."
assert [block.value for block in client.blocks.list(label="boats")] == ["A ketch."]
client.blocks.delete(made.id)
assert "boats" not in {block.label for block in client.blocks.list()}

# Archival memory.
[passage] = client.agents.passages.create(agent.id, text="The shed's key is under the fern.", tags=["shed"])
assert passage.text == "The shed's key is under the fern." and passage.tags == ["shed"], passage
assert passage.id in {found.id for found in client.agents.passages.list(agent.id)}
assert [found.id for found in client.agents.passages.list(agent.id, search="fern")] == [passage.id]
found = client.agents.passages.search(agent.id, query="Where is the key of the shed?")
assert found.count > 0 and found.results[0].content == passage.text, found
client.agents.passages.delete(passage.id, agent_id=agent.id)
assert passage.id not in {found.id for found in client.agents.passages.list(agent.id)}

# An agent file; bringing it in again changes nothing.
file = {
    "agents": [
        {
            "name": "Nils",
            "created_at": "2025-01-02T03:04:05Z",
            "block_ids": ["block-0"],
            "messages": [
                {"role": "system", "content": [{"type": "text", "text": "You are Nils."}]},
                {"role": "user", "content": [{"type": "text", "text": "My sister Ana lives in Oslo."}], "created_at": "2025-01-02T03:05:00Z"},
                {"role": "assistant", "content": [{"type": "text", "text": "Good to know."}], "created_at": "2025-01-02T03:05:02Z"},
            ],
        }
    ],
    "blocks": [{"id": "block-0", "label": "persona", "value": "Nils is a cook."}],
}
for _ in range(2):
    brought = client.agents.import_file(file=io.BytesIO(json.dumps(file).encode()))
    [nils] = brought.agent_ids
    assert client.agents.retrieve(nils).name == "Nils"
assert len([found for found in client.agents.list() if found.name == "Nils"]) == 1
found = client.agents.passages.search(nils, query="Where does my sister live?")
assert "Oslo" in found.results[0].content and str(found.results[0].timestamp).startswith("2025-01-02"), found

# What is not there is not; who is everybody's stays.
client.agents.delete(agent.id)
try:
    client.agents.retrieve(agent.id)
    raise SystemExit("it was deleted")
except letta_client.NotFoundError:
    pass
try:
    client.agents.delete("agent-curious_companion")
    raise SystemExit("it is everybody's")
except letta_client.APIStatusError as error:
    assert error.status_code == 409, error
print("well")
