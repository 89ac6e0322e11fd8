// The drawer of memories: look, search, forget.

import * as api from "./api.js";
import { button, day, element } from "./talk.js";

const drawer = document.getElementById("memories");
const list = document.getElementById("list");
const found = document.getElementById("found");
const more = document.getElementById("more");
const query = document.getElementById("query");

let next = null;
let loads = 0;
let onForgotten = () => {};

function entry(memory, said) {
  const item = element("li");
  item.dataset.id = memory.id;
  item.dataset.said = said;
  const text = item.appendChild(element("p", "text", memory.content));
  text.dir = "auto";
  const about = item.appendChild(element("div", "about"));
  const asked = memory.tags?.includes("question");
  const parts = [day(memory.occurred_at), asked ? "you asked" : memory.category];
  if (memory.valid_until) parts.push("no longer so");
  about.append(element("span", "", parts.join(" · ")));
  const forget = about.appendChild(button("quiet", "Forget", () => ask(item, memory, forget)));
  forget.setAttribute("aria-label", `Forget: ${memory.content}`);
  if (memory.why) item.append(element("p", "because", `Found because: ${memory.why}`));
  return item;
}

function ask(item, memory, forget) {
  forget.hidden = true;
  const question = item.appendChild(element("div", "ask"));
  question.append(element("p", "", "Forget this for good? The words it came from go with it."));
  const answers = question.appendChild(element("p", "buttons"));
  const keep = button("quiet", "Keep it", () => {
    question.remove();
    forget.hidden = false;
    forget.focus();
  });
  const sure = button("sure", "Forget", async () => {
    sure.disabled = keep.disabled = true;
    try {
      const { forgotten } = await api.remove(`/api/memories/${encodeURIComponent(memory.id)}`);
      const ids = new Set(forgotten.map((gone) => gone.id));
      for (const shown of [...list.children]) if (ids.has(shown.dataset.id)) shown.remove();
      found.textContent = ids.size === 1 ? "Forgotten." : `Forgotten, with ${ids.size - 1} more that rested on it.`;
      query.focus();
      onForgotten();
    } catch (error) {
      sure.disabled = keep.disabled = false;
      question.firstChild.textContent = error.message;
    }
  });
  answers.append(sure, keep);
  keep.focus();
}

/** Shows what answers the question in the search field; without one, everything, newest first. */
async function load(cursor) {
  const mine = ++loads;
  const q = query.value.trim();
  try {
    const page = await api.get("/api/memories", q ? { q, k: 20 } : { limit: 50, cursor });
    if (mine !== loads) return;
    if (!cursor) list.replaceChildren();
    for (const memory of page.items) {
      // A fact may say what the episode it was read from says, word for word: shown once.
      const said = JSON.stringify([memory.content, memory.sources]);
      if (![...list.children].some((shown) => shown.dataset.said === said)) list.append(entry(memory, said));
    }
    next = page.next ?? null;
    more.hidden = !next;
    if (list.children.length) found.textContent = "";
    else found.textContent = q ? "Nothing that I remember answers that." : "Nothing yet. It fills as we talk.";
  } catch (error) {
    if (mine === loads) found.textContent = error.message;
  }
}

/** Readies the drawer. `forgotten` is called after something was. */
export function prepare(forgotten) {
  onForgotten = forgotten;
  let typing;
  query.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(load, 250);
  });
  document.getElementById("search").addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(typing);
    load();
  });
  more.addEventListener("click", () => load(next));
  drawer.addEventListener("click", (event) => event.target === drawer && drawer.close());
  document.getElementById("open-memories").addEventListener("click", () => {
    query.value = "";
    list.replaceChildren();
    found.textContent = "";
    drawer.showModal();
    load();
  });
}
