// What the companion knows of the person: asked lightly at the first meeting, changeable at any time.

import * as api from "./api.js";
import { element } from "./talk.js";

const sheet = document.getElementById("about");
const settings = document.getElementById("settings");
const signOut = document.getElementById("sign-out");
const personas = document.getElementById("personas");

const hereZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

function fillZones() {
  const zones = document.getElementById("zones");
  if (zones.hasChildNodes()) return;
  for (const zone of Intl.supportedValuesOf?.("timeZone") ?? []) {
    zones.appendChild(element("option")).value = zone;
  }
}

function fill(form, profile) {
  fillZones();
  form.elements.display_name.value = profile.display_name ?? "";
  form.elements.time_zone.value = profile.time_zone === "UTC" ? hereZone() : profile.time_zone;
}

function choice(persona, chosen) {
  const label = element("label");
  const input = label.appendChild(element("input"));
  Object.assign(input, { type: "radio", name: "persona", value: persona.id, checked: persona.id === chosen });
  const words = label.appendChild(element("span", "", persona.name));
  words.append(element("small", "", persona.description.split(/(?<=[.!?])\s/)[0]));
  return label;
}

/** Keeps what the form says; shows what is wrong with it. Resolves to the profile, or to nothing. */
async function keep(form) {
  const wrong = form.querySelector(".wrong");
  const data = new FormData(form);
  const patch = { display_name: data.get("display_name").trim() || null, time_zone: data.get("time_zone").trim() || "UTC" };
  if (data.get("persona")) patch.persona = data.get("persona");
  try {
    const profile = await api.patch("/api/settings", patch);
    wrong.hidden = true;
    return profile;
  } catch (error) {
    wrong.textContent = error.message;
    wrong.hidden = false;
  }
}

/** Asks at the first meeting. `met` is called with the profile, or with nothing if they would rather not say. */
export function meet(profile, met) {
  const form = document.getElementById("first");
  fill(form, profile);
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const kept = await keep(form);
    if (!kept) return;
    form.hidden = true;
    met(kept);
  });
  form.querySelector("[data-skip]").addEventListener("click", () => {
    form.hidden = true;
    met();
  });
}

/** Readies the sheet. `changed` is called with the profile after it was. */
export function prepare(changed) {
  document.getElementById("open-about").addEventListener("click", async () => {
    try {
      const [profile, { items }, me] =
        await Promise.all([api.get("/api/settings"), api.get("/api/personas"), api.get("/api/auth/me")]);
      signOut.hidden = me.way !== "session";
      settings.querySelector(".wrong").hidden = true;
      fill(settings, profile);
      personas.replaceChildren(...items.map((persona) => choice(persona, profile.persona)));
      sheet.showModal();
      // Not the first field: on a phone that would bring up the keyboard.
      document.getElementById("about-title").focus();
    } catch (error) {
      changed(undefined, error);
    }
  });
  settings.addEventListener("submit", async (event) => {
    event.preventDefault();
    const kept = await keep(settings);
    if (!kept) return;
    sheet.close();
    changed(kept);
  });
  signOut.addEventListener("click", () => api.signOut().then(() => location.assign("/login"), (error) => changed(undefined, error)));
  settings.querySelector("[data-close]").addEventListener("click", () => sheet.close());
  sheet.addEventListener("click", (event) => event.target === sheet && sheet.close());
}
