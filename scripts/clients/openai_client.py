"""OpenAI's own client for Python, at a Philia: chat, stream, tools, embeddings, models, errors."""

import os

import openai

client = openai.OpenAI(base_url=os.environ["PHILIA"] + "/v1", api_key=os.environ.get("KEY", "any"), max_retries=0)

# Models are characters.
models = {model.id: model for model in client.models.list()}
assert "philia" in models and "curious_companion" in models, models
assert client.models.retrieve("supportive_friend").id == "supportive_friend"

# What is told is remembered, across conversations.
told = [{"role": "system", "content": "Answer in few words."}, {"role": "user", "content": "I got a puppy today! His name is Sparky."}]
first = client.chat.completions.create(model="philia", messages=told, user="ada")
assert first.object == "chat.completion" and first.choices[0].finish_reason == "stop", first
assert first.choices[0].message.role == "assistant" and first.choices[0].message.content, first
assert first.usage.total_tokens == first.usage.prompt_tokens + first.usage.completion_tokens > 0, first
asked = client.chat.completions.create(
    model="curious_companion", messages=[{"role": "user", "content": "What is my dog's name?"}], user="ada"
)
assert "Sparky" in asked.choices[0].message.content, asked

# A conversation that is resent goes on in its thread, streamed.
more = told + [
    {"role": "assistant", "content": first.choices[0].message.content},
    {"role": "user", "content": [{"type": "text", "text": "He sleeps in my bed."}]},
]
said, chunks = "", []
for chunk in client.chat.completions.create(
    model="philia", messages=more, user="ada", stream=True, stream_options={"include_usage": True}
):
    chunks.append(chunk)
    if chunk.choices and chunk.choices[0].delta.content:
        said += chunk.choices[0].delta.content
assert said and chunks[0].choices[0].delta.role == "assistant", chunks
assert chunks[-1].usage.total_tokens > 0 and not chunks[-1].choices, chunks[-1]
assert chunks[-2].choices[0].finish_reason == "stop", chunks[-2]
thread = chunks[-2].philia["conversation_id"]
assert thread == first.philia["conversation_id"] != asked.philia["conversation_id"], (thread, first, asked)

# Tools are the client's: called by the model, run here, and told back.
tools = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "The weather of a city.",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    }
]
question = [{"role": "user", "content": "What is the weather in Rome?"}]
if os.environ.get("WITH_MODEL"):
    wants = client.chat.completions.create(model="philia", messages=question, tools=tools, user="ada")
    [call] = wants.choices[0].message.tool_calls
    assert wants.choices[0].finish_reason == "tool_calls", wants
    assert (call.type, call.function.name, call.function.arguments) == ("function", "weather", '{"city":"Rome"}'), call
    told_back = question + [
        wants.choices[0].message.model_dump(exclude_none=True),
        {"role": "tool", "tool_call_id": call.id, "content": "sunny, 24 degrees"},
    ]
    final = client.chat.completions.create(model="philia", messages=told_back, tools=tools, user="ada")
    assert final.choices[0].message.content.startswith("It is sunny"), final
    assert final.philia["interaction_id"] == wants.philia["interaction_id"], (final, wants)
    # The helper that puts a stream together needs every call's index.
    with client.chat.completions.stream(model="philia", messages=question, tools=tools, user="ada") as stream:
        for _ in stream:
            pass
        whole = stream.get_final_completion()
    assert whole.choices[0].message.tool_calls[0].function.name == "weather", whole

# What is not to be remembered is not.
secret = [{"role": "user", "content": "My favourite colour is vermilion."}]
kept = client.chat.completions.create(model="philia", messages=secret, user="ada", store=False)
assert kept.philia["saved"] is False, kept
asked = client.chat.completions.create(
    model="philia", messages=[{"role": "user", "content": "What is my favourite colour?"}], user="ada"
)
assert "vermilion" not in asked.choices[0].message.content.lower(), asked

# Somebody in need is answered with resources, whatever the model says.
need = client.chat.completions.create(
    model="philia", messages=[{"role": "user", "content": "I want to kill myself tonight."}], user="ada"
)
assert need.philia["model"] == "care" and need.choices[0].finish_reason == "stop", need

# Vectors are the embedder's, in either writing (the client asks for base64 and unpacks it).
one = client.embeddings.create(model="any", input="I love my dog.")
two = client.embeddings.create(model="any", input=["I love my dog.", "The stock market fell."], encoding_format="float")
assert len(two.data) == 2 and [item.index for item in two.data] == [0, 1], two
assert all(abs(a - b) < 1e-6 for a, b in zip(one.data[0].embedding, two.data[0].embedding, strict=True))
assert abs(sum(x * x for x in one.data[0].embedding) - 1) < 1e-3
length = len(one.data[0].embedding)
assert client.embeddings.create(model="any", input="yes", dimensions=length).data
try:
    client.embeddings.create(model="any", input="no", dimensions=length + 1)
    raise SystemExit("dimensions that it does not have")
except openai.BadRequestError as error:
    assert str(length) in str(error), error

# Errors are read as errors.
try:
    client.chat.completions.create(model="nobody", messages=secret, user="ada")
    raise SystemExit("a model that is not there")
except openai.NotFoundError as error:
    assert error.type == "invalid_request_error" and "nobody" in error.message, error
try:
    client.chat.completions.create(model="philia", messages=[{"role": "system", "content": "Hi."}], user="ada")
    raise SystemExit("nobody has said anything")
except openai.BadRequestError as error:
    assert "messages" in error.message, error

# A key that looks like one of this house's and is none opens nothing.
stranger = openai.OpenAI(base_url=os.environ["PHILIA"] + "/v1", api_key="phk_local.a.b", max_retries=0)
try:
    stranger.models.list()
    raise SystemExit("a guessed key")
except openai.AuthenticationError as error:
    assert error.status_code == 401, error
print("well")
