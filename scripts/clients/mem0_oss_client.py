"""A client of the routes of Mem0's open-source server, at a Philia."""

import os

import httpx

http = httpx.Client(base_url=os.environ["PHILIA"], headers={"X-API-Key": os.environ.get("KEY", "any")})


def ask(method: str, path: str, **more):
    response = http.request(method, path, **more)
    response.raise_for_status()
    return response.json()


added = ask("POST", "/memories", json={"messages": [{"role": "user", "content": "I have a cat called Tom."}], "user_id": "eve"})
assert any("Tom" in memory["memory"] and memory["event"] == "ADD" for memory in added["results"]), added
kept = ask(
    "POST",
    "/memories",
    json={
        "messages": [{"role": "user", "content": "I like mint."}],
        "user_id": "eve",
        "agent_id": "cook",
        "metadata": {"taste": "fresh"},
        "infer": False,
    },
)
[note] = [memory["id"] for memory in kept["results"]]
listed = ask("GET", "/memories", params={"user_id": "eve"})["results"]
assert note in {memory["id"] for memory in listed} and len(listed) >= 2, listed
assert [m["id"] for m in ask("GET", "/memories", params={"user_id": "eve", "agent_id": "cook"})["results"]] == [note]
found = ask("POST", "/search", json={"query": "What is my cat's name?", "user_id": "eve"})["results"]
assert "Tom" in found[0]["memory"] and "score" in found[0], found
assert ask("GET", f"/memories/{note}")["metadata"]["taste"] == "fresh"
assert "message" in ask("PUT", f"/memories/{note}", json={"text": "I like basil."})
assert ask("GET", f"/memories/{note}")["memory"] == "I like basil."
assert [step["event"] for step in ask("GET", f"/memories/{note}/history")] == ["ADD", "UPDATE"]
ask("DELETE", f"/memories/{note}")
assert http.get(f"/memories/{note}").status_code == 404
assert "detail" in http.get(f"/memories/{note}").json()
ask("DELETE", "/memories", params={"user_id": "eve"})
assert ask("GET", "/memories", params={"user_id": "eve"})["results"] == []
ask("POST", "/memories", json={"messages": [{"role": "user", "content": "I like snow."}], "user_id": "eve", "infer": False})
ask("POST", "/reset")
assert ask("GET", "/memories", params={"user_id": "eve"})["results"] == []
assert http.delete("/memories").status_code == 409
print("well")
