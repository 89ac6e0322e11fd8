// The official MCP client for TypeScript, at a Philia: over HTTP, and over standard input and output.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const from = createRequire(process.env.CLIENTS + "/");
const { Client } = from("@modelcontextprotocol/sdk/client/index.js");
const { StreamableHTTPClientTransport } = from("@modelcontextprotocol/sdk/client/streamableHttp.js");
const { StdioClientTransport } = from("@modelcontextprotocol/sdk/client/stdio.js");

async function everyTool(client) {
  const { tools } = await client.listTools();
  const called = new Set();
  const call = async (name, args = {}) => {
    called.add(name);
    const result = await client.callTool({ name, arguments: args });
    assert(!result.isError, `${name}: ${JSON.stringify(result)}`);
    return result.structuredContent;
  };
  await call("delete_all_memories");
  const learned = await call("add_memories", { text: "I have a cat called Tom." });
  assert(learned.results.some((memory) => memory.memory.includes("Tom")));
  const noted = await call("remember", { text: "The key is under the mat." });
  assert.equal((await call("recall", { query: "Where is the key?", k: 1 })).results[0].id, noted.id);
  assert((await call("search_memory", { query: "What is my cat's name?" })).results[0].memory.includes("Tom"));
  assert((await call("list_memories")).results.length >= 2);
  await call("delete_memories", { memory_ids: [noted.id] });
  assert.equal(typeof (await call("mood")).pad.pleasure, "number");
  const bo = { name: "Bo", entityType: "person", observations: ["sings"] };
  const choir = { name: "Choir", entityType: "group", observations: [] };
  const sings = { from: "Bo", to: "Choir", relationType: "is a member of" };
  await call("create_entities", { entities: [bo, choir] });
  await call("create_relations", { relations: [sings] });
  await call("add_observations", { observations: [{ entityName: "Bo", contents: ["is tall"] }] });
  const graph = await call("read_graph");
  assert.deepEqual(graph.relations, [sings]);
  assert.equal((await call("search_nodes", { query: "tall" })).entities[0].name, "Bo");
  assert.deepEqual((await call("open_nodes", { names: ["Bo"] })).entities[0].observations.sort(), ["is tall", "sings"]);
  await call("delete_observations", { deletions: [{ entityName: "Bo", observations: ["is tall"] }] });
  await call("delete_relations", { relations: [sings] });
  await call("delete_entities", { entityNames: ["Bo", "Choir"] });
  assert.deepEqual((await call("open_nodes", { names: ["Bo", "Choir"] })).entities, []);
  assert.deepEqual([...called].sort(), tools.map((tool) => tool.name).sort());

  const { resources } = await client.listResources();
  assert.deepEqual(resources.map((resource) => resource.uri), ["memory://knowledge-graph"]);
  const { contents } = await client.readResource({ uri: "memory://knowledge-graph" });
  assert(Array.isArray(JSON.parse(contents[0].text).entities));
  await client.ping();
  await assert.rejects(client.readResource({ uri: "memory://nothing" }));
}

const transports = [
  new StreamableHTTPClientTransport(new URL(process.env.PHILIA + "/mcp")),
  new StdioClientTransport({ command: process.env.PROGRAM, args: ["--data", process.env.SCRATCH, "mcp"] }),
];
for (const transport of transports) {
  const client = new Client({ name: "test", version: "1" });
  await client.connect(transport);
  assert.equal(client.getServerVersion().name, "philia");
  await everyTool(client);
  await client.close();
}
console.log("well");
