// The chat page: history, writing, and the answer as it comes.

import * as about from "./about.js";
import * as api from "./api.js";
import * as memories from "./memories.js";
import { Talk, Turn } from "./talk.js";

const $ = (id) => document.getElementById(id);
const [message, send, stop, banner, welcome, earlier] =
  ["message", "send", "stop", "banner", "welcome", "earlier"].map($);
const talk = new Talk($("talk"), $("scroll"));
/** The main conversation; the terminal's, too. */
const THREAD = "main";

let running = null;
let older = null;
let begun = false;
let companion = $("companion").textContent;

// The mood

function showMood({ pad, emotion }) {
  const glad = (pad.pleasure + 1) / 2;
  const root = document.documentElement.style;
  // From a cool blue (255) by way of violet and rose to gold (75).
  root.setProperty("--hue", String(Math.round(255 + 180 * glad ** 0.6) % 360));
  root.setProperty("--breath", `${(6.5 - 3 * pad.arousal).toFixed(1)}s`);
  $("mood").textContent = ` · feeling ${emotion}`;
}

const refreshMood = () => api.get("/api/mood").then(showMood, noteUnreachable);

// Being reached

let trying = null;

function noteUnreachable(error) {
  if (!(error instanceof api.Unreachable) || trying) return;
  banner.hidden = false;
  trying = setInterval(async () => {
    if (!(await api.isThere())) return;
    clearInterval(trying);
    trying = null;
    banner.hidden = true;
    if (!begun) start();
  }, 3000);
}

// Saying something

const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function say(text) {
  const turn = new Turn(text, new Date().toISOString());
  welcome.hidden = true;
  talk.add(turn);
  await deliver(turn, { message: text, message_id: newId(), conversation_id: THREAD });
}

/** Delivers a message, as often as it takes: by its id it is heard once. */
async function deliver(turn, body) {
  if (running) return;
  running = new AbortController();
  setRunning(true);
  turn.wait();
  talk.toEnd();
  try {
    if (!(await listen(turn, body, running.signal))) throw new api.Unreachable("The connection broke.");
  } catch (error) {
    if (running.signal.aborted) turn.stopped();
    else failed(turn, body, error);
  } finally {
    running = null;
    setRunning(false);
  }
}

/** Shows the answer as it comes. Resolves to whether it came to its end. */
async function listen(turn, body, signal) {
  for await (const [event, data] of api.say(body, signal)) {
    const follow = talk.isAtEnd;
    if (event === "heard") turn.id = data.interaction_id;
    if (event === "mood") showMood({ pad: data.after, emotion: data.emotion });
    if (event === "token") turn.speak(data.text);
    if (event === "restart") turn.wait();
    if (event === "error") throw new api.Problem(data);
    if (event === "done") turn.answered(data);
    if (follow) talk.toEnd();
    if (event === "done") {
      $("announcer").textContent = `${companion}: ${data.reply}`;
      return true;
    }
  }
  return false;
}

function failed(turn, body, error) {
  noteUnreachable(error);
  const refused = ["invalid", "malformed", "too-large", "not-found"].includes(error.kind);
  if (!refused) {
    turn.failed(error.message, "Try again", () => deliver(turn, body));
  } else {
    turn.failed(error.message, "Change it", () => {
      talk.drop(turn);
      message.value = body.message;
      fit();
      message.focus();
    });
  }
  talk.toEnd();
}

function setRunning(is) {
  stop.hidden = !is;
  send.hidden = is;
  fit();
}

// Writing

function fit() {
  message.style.height = "auto";
  message.style.height = `${message.scrollHeight}px`;
  send.disabled = !message.value.trim();
}

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = message.value.trim();
  if (!text || running) return;
  message.value = "";
  fit();
  say(text);
  message.focus();
});

const byTouch = matchMedia("(pointer: coarse)");
message.addEventListener("input", fit);
message.addEventListener("keydown", (event) => {
  // On a phone's keyboard, Enter begins a line and the button sends. While letters are composed, Enter is theirs.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || byTouch.matches) return;
  event.preventDefault();
  $("composer").requestSubmit();
});
stop.addEventListener("click", () => running?.abort());
document.addEventListener("keydown", (event) => event.key === "Escape" && !document.querySelector("dialog[open]") && running?.abort());

// What was said before

/** A page of the log, oldest first. Other conversations' turns are left out of pages, so a page may be short. */
async function past(cursor) {
  const turns = [];
  do {
    const page = await api.get("/api/chat/history", { conversation_id: THREAD, limit: 50, cursor });
    turns.unshift(...page.items.reverse().map(Turn.of));
    cursor = page.next;
  } while (cursor && turns.length < 10);
  older = cursor ?? null;
  earlier.hidden = !older;
  return turns;
}

async function reload() {
  if (running) return;
  try {
    talk.showLog(await past());
  } catch (error) {
    noteUnreachable(error);
  }
}

earlier.addEventListener("click", async () => {
  const { scroll } = talk;
  const fromEnd = scroll.scrollHeight - scroll.scrollTop;
  try {
    talk.show([...(await past(older)), ...talk.turns]);
    scroll.scrollTop = scroll.scrollHeight - fromEnd;
  } catch (error) {
    noteUnreachable(error);
  }
});

// Beginning

function rename(name) {
  companion = name;
  document.title = $("companion").textContent = name;
  for (const place of document.querySelectorAll("[data-companion]")) place.textContent = name;
  message.placeholder = `Write to ${name}`;
}

function met(profile) {
  if (profile?.display_name) $("hello").textContent = `Good to meet you, ${profile.display_name}.`;
  message.focus();
}

async function start() {
  try {
    const [turns, profile] = await Promise.all([past(), api.get("/api/settings"), refreshMood()]);
    begun = true;
    talk.showLog(turns);
    if (!talk.isEmpty) {
      talk.toEnd();
    } else {
      welcome.hidden = false;
      if (profile.display_name == null) about.meet(profile, met);
      else $("hello").textContent = `Hello again, ${profile.display_name}.`;
    }
  } catch (error) {
    noteUnreachable(error);
    if (error instanceof api.Problem) {
      banner.textContent = error.message;
      banner.hidden = false;
    }
  }
}

memories.prepare(reload);
about.prepare(async (profile, error) => {
  if (error) return noteUnreachable(error);
  const persona = await api.get(`/api/personas/${encodeURIComponent(profile.persona)}`);
  if (persona.name !== companion) rename(persona.name);
  refreshMood();
});
if (!byTouch.matches) message.focus();
fit();
start();
