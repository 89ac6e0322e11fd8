// OpenAI's own client for Node, at a Philia: chat, stream, tools, embeddings, models, errors.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const { OpenAI } = createRequire(process.env.CLIENTS + "/")("openai");
const client = new OpenAI({ baseURL: process.env.PHILIA + "/v1", apiKey: process.env.KEY ?? "any", maxRetries: 0 });
const user = "grace";

const models = [];
for await (const model of client.models.list()) models.push(model.id);
assert(models.includes("philia") && models.includes("curious_companion"), String(models));

const told = [{ role: "user", content: "My sister Ana lives in Lisbon." }];
const first = await client.chat.completions.create({ model: "philia", messages: told, user });
assert.equal(first.choices[0].finish_reason, "stop");
assert(first.choices[0].message.content.length > 0 && first.usage.total_tokens > 0);

const again = [...told, { role: "assistant", content: first.choices[0].message.content }];
again.push({ role: "user", content: "Where does my sister live?" });
let said = "";
let thread;
const stream = await client.chat.completions.create({ model: "philia", messages: again, user, stream: true });
for await (const chunk of stream) {
  said += chunk.choices[0]?.delta?.content ?? "";
  thread = chunk.philia?.conversation_id ?? thread;
}
assert(said.includes("Lisbon"), said);
assert.equal(thread, first.philia.conversation_id);

if (process.env.WITH_MODEL) {
  const tools = [
    { type: "function", function: { name: "weather", parameters: { type: "object", properties: { city: { type: "string" } } } } },
  ];
  const question = [{ role: "user", content: "What is the weather in Rome?" }];
  const wants = await client.chat.completions.create({ model: "philia", messages: question, tools, user });
  const [call] = wants.choices[0].message.tool_calls;
  assert.equal(call.function.name, "weather");
  const told_back = [...question, wants.choices[0].message, { role: "tool", tool_call_id: call.id, content: "sunny" }];
  const final = await client.chat.completions.create({ model: "philia", messages: told_back, tools, user });
  assert(final.choices[0].message.content.startsWith("It is sunny"), JSON.stringify(final));
  // The helper calls the tool itself, and goes on.
  const runner = client.chat.completions.runTools({
    model: "philia",
    messages: [{ role: "user", content: "And the weather in Rome now?" }],
    user,
    stream: true,
    tools: [{ type: "function", function: { ...tools[0].function, parse: JSON.parse, function: () => "sunny" } }],
  });
  assert((await runner.finalContent()).startsWith("It is sunny"));
}

const [asked, plain] = await Promise.all([
  client.embeddings.create({ model: "any", input: "I love my dog." }),
  client.embeddings.create({ model: "any", input: ["I love my dog."], encoding_format: "float" }),
]);
assert.equal(asked.data[0].embedding.length, plain.data[0].embedding.length);
asked.data[0].embedding.forEach((number, at) => assert(Math.abs(number - plain.data[0].embedding[at]) < 1e-6));

await assert.rejects(
  client.chat.completions.create({ model: "nobody", messages: told, user }),
  (error) => error instanceof OpenAI.NotFoundError && error.message.includes("nobody"),
);
const need = await client.chat.completions.create({
  model: "philia",
  messages: [{ role: "user", content: "I am going to end my life." }],
  user,
});
assert.equal(need.philia.model, "care");
console.log("well");
