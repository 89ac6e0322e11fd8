"""The official MCP client for Python, at a Philia: over HTTP in every version it speaks, and over standard input and output."""

import asyncio
import json
import os
import sys

from mcp import Client, StdioServerParameters
from mcp_types import METHOD_NOT_FOUND

TOOLS = {
    "recall", "remember", "mood",
    "add_memories", "search_memory", "list_memories", "delete_memories", "delete_all_memories",
    "create_entities", "create_relations", "add_observations", "delete_entities", "delete_observations",
    "delete_relations", "read_graph", "search_nodes", "open_nodes",
}  # fmt: skip


async def every_tool(client: Client) -> None:
    listed = await client.list_tools()
    tools = {tool.name: tool for tool in listed.tools}
    assert tools.keys() == TOOLS, tools.keys() ^ TOOLS
    assert all(tool.description and tool.input_schema["type"] == "object" for tool in tools.values())
    called = set()

    async def call(name: str, **arguments):
        called.add(name)
        result = await client.call_tool(name, arguments)
        assert not result.is_error, (name, result)
        assert json.loads(result.content[0].text) == result.structured_content, result
        return result.structured_content

    await call("delete_all_memories")
    learned = await call("add_memories", text="I have a dog called Sparky. I live in Lisbon.")
    assert any("Sparky" in memory["memory"] for memory in learned["results"]), learned
    noted = await call("remember", text="The plumber comes on Tuesdays.", tags=["house"])
    found = await call("search_memory", query="What is my dog's name?")
    assert "Sparky" in found["results"][0]["memory"], found
    recalled = await call("recall", query="When does the plumber come?", k=1)
    assert [memory["id"] for memory in recalled["results"]] == [noted["id"]], recalled
    assert noted["id"] in {memory["id"] for memory in (await call("list_memories"))["results"]}
    assert (await call("delete_memories", memory_ids=[noted["id"]]))["deleted"] == [noted["id"]]
    mood = await call("mood")
    assert -1 <= mood["pad"]["pleasure"] <= 1, mood

    ana = {"name": "Ana", "entityType": "person", "observations": ["plays the cello", "is left-handed"]}
    acme = {"name": "Acme", "entityType": "company", "observations": []}
    assert (await call("create_entities", entities=[ana, acme]))["entities"] == [ana, acme]
    assert (await call("create_entities", entities=[ana]))["entities"] == []
    works = {"from": "Ana", "to": "Acme", "relationType": "works at"}
    assert (await call("create_relations", relations=[works]))["relations"] == [works]
    added = await call("add_observations", observations=[{"entityName": "Ana", "contents": ["is left-handed", "is 40"]}])
    assert added["results"] == [{"entityName": "Ana", "addedObservations": ["is 40"]}], added
    graph = await call("read_graph")
    entities = {entity["name"]: entity for entity in graph["entities"]}
    assert sorted(entities["Ana"]["observations"]) == ["is 40", "is left-handed", "plays the cello"], graph
    assert works in graph["relations"], graph
    # What the companion has learned by itself is a part of it.
    assert any("Sparky" in text for entity in graph["entities"] for text in entity["observations"]), graph
    assert "Ana" in {entity["name"] for entity in (await call("search_nodes", query="cello"))["entities"]}
    assert [entity["name"] for entity in (await call("open_nodes", names=["Acme"]))["entities"]] == ["Acme"]
    await call("delete_observations", deletions=[{"entityName": "Ana", "observations": ["is 40"]}])
    await call("delete_relations", relations=[works])
    await call("delete_entities", entityNames=["Acme"])
    graph = await call("open_nodes", names=["Ana", "Acme"])
    assert graph["relations"] == [] and [entity["name"] for entity in graph["entities"]] == ["Ana"], graph
    assert "is 40" not in graph["entities"][0]["observations"], graph
    assert called == TOOLS, TOOLS - called

    [resource] = (await client.list_resources()).resources
    assert str(resource.uri) == "memory://knowledge-graph", resource
    [content] = (await client.read_resource("memory://knowledge-graph")).contents
    assert {"entities", "relations"} == json.loads(content.text).keys(), content

    # What goes wrong in a tool is its result; what there is not is an error.
    wrong = await client.call_tool("recall", {"query": ""})
    assert wrong.is_error and wrong.content[0].text, wrong
    wrong = await client.call_tool("delete_memories", {"memory_ids": ["nothing"]})
    assert wrong.is_error and "nothing" in wrong.content[0].text, wrong
    try:
        await client.call_tool("sudo", {})
        sys.exit("a tool that is not there")
    except Exception as error:
        assert "sudo" in str(error), error
    assert METHOD_NOT_FOUND == -32601


async def main() -> None:
    url = os.environ["PHILIA"] + "/mcp"
    spoken = set()
    for mode in ("auto", "legacy", "2026-07-28"):
        async with Client(url, mode=mode) as client:
            spoken.add(client.protocol_version)
            await every_tool(client)
    assert spoken == {"2026-07-28", "2025-11-25"}, spoken
    program = StdioServerParameters(
        command=os.environ["PROGRAM"], args=["--data", os.environ["SCRATCH"], "mcp", "--user", "ada"]
    )
    for mode in ("auto", "legacy"):
        async with Client(program, mode=mode) as client:
            assert client.instructions
            await every_tool(client)
    print("well")


asyncio.run(main())
