// Signing in; and asking for an account, making the first admin, and setting a password by a link.

const $ = (id) => document.getElementById(id);
const form = $("login");
const wrong = form.querySelector(".wrong");
const submit = form.querySelector("[type=submit]");

/** What the page is for: its words, where it sends what is written, and what comes after. */
const PURPOSES = {
  login: {
    title: "Welcome back", lead: "Sign in to go on talking.", submit: "Sign in", path: "/api/auth/login",
    body: ({ name, password }) => ({ name, password, session: "page" }),
  },
  register: {
    title: "Nice to meet you", lead: "Choose a name and a password.", submit: "Ask for an account", path: "/api/auth/register", fresh: true,
    body: ({ name, password }) => ({ name, password }),
    done: "Thank you. As soon as you’re let in, you can sign in with these.",
  },
  setup: {
    title: "Hello", lead: "Choose a name and a password. You’ll run this Philia.", submit: "Begin", path: "/api/auth/setup", fresh: true,
    body: ({ name, password }, token) => ({ token, name, password }),
    then: "login",
  },
  reset: {
    title: "A new password", lead: "Choose it, and sign in with it.", submit: "Keep it", path: "/api/auth/reset", fresh: true, nameless: true,
    body: ({ password }, token) => ({ token, password }),
    done: "It is kept. Sign in with it.",
  },
};

let [purpose, token] = location.hash.slice(1).split("=");
if (!PURPOSES[purpose] || !token) purpose = "login";
// What opens something does not stay in the history.
if (location.hash) history.replaceState(null, "", location.pathname);

function show() {
  const { title, lead, submit: words, fresh, nameless } = PURPOSES[purpose];
  $("title").textContent = title;
  $("lead").textContent = lead;
  submit.textContent = words;
  form.elements.password.autocomplete = fresh ? "new-password" : "current-password";
  form.elements.password.minLength = fresh ? 8 : 0;
  $("name-label").hidden = Boolean(nameless);
  form.elements.name.required = !nameless;
  $("newcomer").hidden = purpose !== "login";
  wrong.hidden = true;
  (nameless ? form.elements.password : form.elements.name).focus();
}

async function send({ path, body }) {
  const written = Object.fromEntries(new FormData(form));
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body(written, token)) };
  const response = await fetch(path, init).catch(() => {
    throw new Error("Philia can’t be reached.");
  });
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw new Error(problem.detail || problem.title || "Something went wrong.");
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  submit.disabled = true;
  try {
    const asked = PURPOSES[purpose];
    await send(asked);
    if (asked.then) await send(PURPOSES[asked.then]);
    if (!asked.done) return location.assign("/");
    $("done").textContent = asked.done;
    $("done").hidden = false;
    form.elements.password.value = "";
    purpose = "login";
    show();
  } catch (error) {
    wrong.textContent = error.message;
    wrong.hidden = false;
  } finally {
    submit.disabled = false;
  }
});

$("newcomer").addEventListener("click", () => {
  purpose = "register";
  show();
});

show();
