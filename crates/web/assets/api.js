// The API, as the page calls it. Every call goes to the server the page came from.

const user = new URLSearchParams(location.search).get("user");

/** What the server says is wrong (RFC 9457). */
export class Problem extends Error {
  constructor(document) {
    super(document.detail || document.title || "Something went wrong.");
    this.kind = (document.type || "").replace("urn:philia:problem:", "");
    this.status = document.status;
  }
}

/** The server was not reached, or the connection broke. */
export class Unreachable extends Error {}

async function call(method, path, { params = {}, body, signal } = {}) {
  const address = new URL(path, location.origin);
  for (const [name, value] of Object.entries({ ...params, user })) {
    if (value != null && value !== "") address.searchParams.set(name, value);
  }
  const init = { method, signal };
  if (body) {
    init.headers = { "content-type": "application/json" };
    init.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(address, init);
  } catch (error) {
    throw signal?.aborted ? error : new Unreachable("Philia can’t be reached.");
  }
  if (response.status === 401) location.assign("/login");
  if (!response.ok) throw new Problem(await response.json().catch(() => ({ status: response.status })));
  return response;
}

export const signOut = async () => call("POST", "/api/auth/logout");
export const get = async (path, params) => (await call("GET", path, { params })).json();
export const patch = async (path, body) => (await call("PATCH", path, { body })).json();
export const remove = async (path) => (await call("DELETE", path)).json();

/** Is the server there? Whatever its health. */
export async function isThere() {
  return fetch("/health").then(() => true, () => false);
}

/** Says something, and yields `[event, data]` as the answer comes. */
export async function* say(body, signal) {
  const response = await call("POST", "/api/chat/stream", { body, signal });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let pending = "";
  for (;;) {
    let piece;
    try {
      piece = await reader.read();
    } catch (error) {
      throw signal.aborted ? error : new Unreachable("The connection broke.");
    }
    if (piece.done) return;
    const blocks = (pending + piece.value).split("\n\n");
    pending = blocks.pop();
    for (const block of blocks) {
      const lines = block.split("\n");
      const event = lines.find((line) => line.startsWith("event: "))?.slice(7);
      const data = lines.filter((line) => line.startsWith("data: ")).map((line) => line.slice(6)).join("\n");
      if (event) yield [event, JSON.parse(data)];
    }
  }
}
