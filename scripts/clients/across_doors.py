"""Told over OpenAI's API, listed by Mem0's client, found by MCP: one companion behind many doors."""

import asyncio
import os

from mcp import Client
from mem0 import MemoryClient
from openai import OpenAI

url = os.environ["PHILIA"]
talk = OpenAI(base_url=url + "/v1", api_key="any", max_retries=0)
told = [{"role": "user", "content": "I got a puppy today! His name is Sparky."}]
assert talk.chat.completions.create(model="philia", messages=told).choices[0].message.content

memories = [memory["memory"] for memory in MemoryClient(api_key="any", host=url).get_all()["results"]]
assert any("Sparky" in memory for memory in memories), memories


async def found() -> None:
    async with Client(url + "/mcp") as client:
        recalled = await client.call_tool("recall", {"query": "What is my dog's name?"})
        assert "Sparky" in recalled.structured_content["results"][0]["memory"], recalled
        await client.call_tool("remember", {"text": "The spare key is under the fern."})


asyncio.run(found())
print("well")
