// The conversation: turns, as they were and as they come.

import * as api from "./api.js";

/** An element with a class and a text. Texts are only ever inserted as text. */
export function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text != null) made.textContent = text;
  return made;
}

/** A button that does something. */
export function button(className, text, action) {
  const made = element("button", className, text);
  made.type = "button";
  made.addEventListener("click", action);
  return made;
}

const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const fullDayFormat = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const timeFormat = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });

/** "Today", "Yesterday", "Sunday, 3 May", "3 May 2023". */
export function day(instant) {
  const then = new Date(instant);
  const now = new Date();
  const days = Math.round((new Date(now).setHours(12, 0, 0, 0) - new Date(then).setHours(12, 0, 0, 0)) / 86_400_000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return (then.getFullYear() === now.getFullYear() ? dayFormat : fullDayFormat).format(then);
}

/** The memories a reply rests on: what unfolds them, and their list. Their texts are fetched when it is opened. */
function why(used) {
  const list = element("ul", "why");
  list.hidden = true;
  const fetchTexts = () => Promise.all(used.map(async ({ id, occurred_at, why }) => {
    const item = list.appendChild(element("li"));
    const text = item.appendChild(element("p", "text", "…"));
    text.dir = "auto";
    item.append(element("p", "", why || day(occurred_at)));
    try {
      text.textContent = (await api.get(`/api/memories/${encodeURIComponent(id)}`)).content;
    } catch (error) {
      text.textContent = error.kind === "not-found" ? "Forgotten since." : error.message;
      text.classList.add("gone");
    }
  }));
  const fold = button("", used.length === 1 ? "Remembered one thing" : `Remembered ${used.length} things`, async () => {
    list.hidden = !list.hidden;
    fold.setAttribute("aria-expanded", String(!list.hidden));
    if (list.hidden) return;
    if (!list.hasChildNodes()) await fetchTexts();
    list.scrollIntoView({ block: "nearest" });
  });
  fold.setAttribute("aria-expanded", "false");
  return [fold, list];
}

/** One turn on the page. */
export class Turn {
  constructor(message, at) {
    this.at = at;
    /** Its name in the log; none until the server has heard it. */
    this.id = null;
    this.element = element("article", "turn");
    this.mine = this.element.appendChild(element("p", "mine", message));
    this.theirs = this.element.appendChild(element("div", "theirs"));
    this.meta = this.element.appendChild(element("div", "meta"));
    this.mine.dir = this.theirs.dir = "auto";
    this.clear();
  }

  /** As it stands in the log. */
  static of(interaction) {
    const turn = new Turn(interaction.message, interaction.at);
    turn.id = interaction.id;
    if (interaction.redacted) {
      turn.mine.textContent = "Forgotten, as you wished";
      turn.mine.classList.add("gone");
    } else if (interaction.reply == null) {
      turn.note("Not answered yet");
    } else {
      turn.answered(interaction);
    }
    return turn;
  }

  clear() {
    this.running = false;
    this.write("");
    this.theirs.className = "theirs";
    this.meta.replaceChildren();
    this.element.querySelector(".why")?.remove();
  }

  wait() {
    this.clear();
    this.running = true;
    this.theirs.hidden = false;
    this.theirs.classList.add("waiting");
  }

  speak(text) {
    this.theirs.classList.replace("waiting", "speaking");
    this.write(this.said + text);
  }

  /** What the companion said so far, in paragraphs. */
  write(said) {
    this.said = said;
    this.theirs.hidden = !said;
    this.theirs.replaceChildren(...said.split(/\n{2,}/).map((paragraph) => element("p", "", paragraph)));
  }

  answered({ reply, at, model, used = [], cancelled, saved, fallback = [] }) {
    this.clear();
    this.write(reply);
    this.note(timeFormat.format(new Date(at)));
    if (used.length) {
      const [fold, list] = why(used);
      this.meta.append(fold);
      this.element.append(list);
    }
    if (cancelled) this.note("stopped");
    if (model === "offline") this.note("offline voice");
    for (const failed of fallback) this.note(`${failed.model} did not answer`).title = failed.error;
    if (saved === false) this.note("not saved: this will not be remembered").className = "wrong";
  }

  stopped() {
    this.running = false;
    this.theirs.classList.remove("waiting", "speaking");
    this.theirs.hidden = !this.said;
    this.note("stopped");
  }

  /** What went wrong, and what can be done about it. */
  failed(words, label, action) {
    this.running = false;
    this.theirs.classList.remove("waiting", "speaking");
    this.theirs.hidden = !this.said;
    const said = this.note(words);
    said.className = "wrong";
    said.role = "alert";
    this.meta.append(button("", label, action));
  }

  note(text) {
    return this.meta.appendChild(element("span", "", text));
  }
}

/** The list of turns, with the days between them. */
export class Talk {
  constructor(list, scroll) {
    this.list = list;
    this.scroll = scroll;
    this.turns = [];
  }

  get isEmpty() {
    return this.turns.length === 0;
  }

  show(turns) {
    this.turns = turns;
    const parts = [];
    let last;
    for (const turn of turns) {
      const named = day(turn.at);
      if (named !== last) parts.push(element("p", "day", named));
      last = named;
      parts.push(turn.element);
    }
    this.list.replaceChildren(...parts);
  }

  /** Shows the log, and after it what is not in it (yet): what was not heard, and what is being answered. */
  showLog(turns) {
    const ours = this.turns.filter((turn) => turn.running || !turn.id);
    this.show([...turns.filter((turn) => !ours.some(({ id }) => id === turn.id)), ...ours]);
  }

  add(turn) {
    this.show([...this.turns, turn]);
    this.toEnd();
  }

  drop(turn) {
    this.show(this.turns.filter((other) => other !== turn));
  }

  /** Does the reader look at the end? Then new words keep it in view. */
  get isAtEnd() {
    return this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 80;
  }

  toEnd() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
  }
}
