// What htmx does not do: countdowns, a grace before a decision is sent, live pages, ticked rows. No page needs it to work.
"use strict";
(() => {
  const GRACE = 5; // seconds in which a decision can be taken back, because it has not been sent

  // ---- countdowns -------------------------------------------------------------------------------------------------
  const span = (s) => {
    const d = Math.floor(s / 86400), h = Math.floor(s / 3600) % 24, m = Math.floor(s / 60) % 60;
    if (d >= 7 || (d && !h)) return `${d} d`;
    if (d) return `${d} d ${h} h`;
    if (h >= 6 || (h && !m)) return `${h} h`;
    if (h) return `${h} h ${m} min`;
    return m ? `${m} min` : `${s} s`;
  };
  const count = () => {
    for (const each of document.querySelectorAll("time[data-countdown]")) {
      const left = Math.round((Date.parse(each.dateTime) - Date.now()) / 1000);
      const text = left >= 0 ? `in ${span(left)}` : `${span(-left)} late`;
      if (each.textContent !== text) each.textContent = text;
      each.classList.toggle("late", left < 0);
      each.classList.toggle("soon", left >= 0 && left < 86400);
      each.classList.toggle("calm", left >= 86400);
    }
  };
  setInterval(count, 1000);

  // ---- a decision is sent after a moment of grace -----------------------------------------------------------------
  const pending = new Map();
  const send = (form) => {
    const waiting = pending.get(form);
    if (!waiting) return;
    waiting.end();
    form.dataset.sent = "";
    form.requestSubmit();
    delete form.dataset.sent; // what is refused and sent again has its grace again
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.grace || "sent" in form.dataset) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (pending.has(form)) return;
    const note = document.createElement("div");
    note.className = "note buttons wide";
    note.setAttribute("role", "status");
    const text = document.createElement("span"), undo = document.createElement("button");
    undo.type = "button";
    undo.textContent = "Undo";
    note.append(text, undo);
    const home = form.closest(".does, details") || event.submitter?.parentElement || form.parentElement;
    const others = [...home.children].filter((each) => !each.hidden);
    others.forEach((each) => { each.hidden = true; });
    home.append(note);
    undo.focus();
    let left = GRACE;
    const tell = () => { text.textContent = `${form.dataset.grace}: not sent yet, ${left} s.`; };
    tell();
    const clock = setInterval(() => { left -= 1; if (left <= 0) send(form); else tell(); }, 1000);
    const end = () => {
      clearInterval(clock);
      pending.delete(form);
      note.remove();
      others.forEach((each) => { each.hidden = false; });
    };
    pending.set(form, { end });
    undo.addEventListener("click", () => { end(); form.querySelector("button")?.focus(); });
  }, true);
  // Whoever leaves has decided: what waits is sent on the way out.
  addEventListener("pagehide", () => {
    for (const [form, waiting] of pending) {
      waiting.end();
      fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), keepalive: true });
    }
  });

  // ---- pages that move by themselves ------------------------------------------------------------------------------
  const AT_MOST_EVERY = 1200; // milliseconds: a page follows a busy campaign without flickering
  const touched = () => {
    const active = document.activeElement;
    return pending.size > 0 || document.querySelector("main details[open] form") !== null ||
      (active !== null && active.matches("main input, main textarea, main select"));
  };
  // What somebody is busy with is not replaced under their hands: a button offers what is new.
  const held = (each) => {
    const busy = each.hasAttribute("data-careful") && touched();
    if (busy) each.hidden = false;
    return busy;
  };
  let state = ["", "Not live"];
  const say = (...now) => {
    state = now;
    const live = document.querySelector("[data-live]");
    if (live) { live.dataset.state = state[0]; live.querySelector("span").textContent = state[1]; }
  };
  const follow = ({ live, moves, stream }) => {
    const source = new EventSource(live);
    let due = null;
    const move = () => {
      due = null;
      const target = document.querySelector(moves);
      if (document.hidden || !target) return;
      if (!held(target)) htmx.trigger(target, "moved");
    };
    source.onopen = () => say("open", "Live");
    source.onerror = () => say("lost", "Connecting again");
    source.onmessage = (message) => {
      if (stream && JSON.parse(message.data).stream !== stream) return;
      due ??= setTimeout(move, AT_MOST_EVERY);
    };
    document.addEventListener("visibilitychange", () => { if (!document.hidden) move(); });
    addEventListener("pagehide", () => source.close());
  };
  const live = document.querySelector("[data-live]");
  if (live) follow({ ...live.dataset });
  document.addEventListener("htmx:configRequest", (event) => {
    // A column keeps as many cards as somebody has asked for.
    if (event.detail.elt.id !== "board") return;
    for (const column of document.querySelectorAll(".column[data-stage]"))
      event.detail.parameters[column.dataset.stage] = column.querySelectorAll(".card").length;
  });
  const named = () => {
    const cards = document.querySelectorAll("#board .card");
    if (cards.length <= 120) cards.forEach((card) => { card.style.viewTransitionName = card.id; });
  };
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { elt, triggeringEvent } = event.detail.requestConfig;
    // They may have begun between the question and its answer.
    if (triggeringEvent?.type === "moved" && held(elt)) event.detail.shouldSwap = false;
    else named();
  });
  document.addEventListener("htmx:afterSwap", () => { named(); count(); picked(); marked(); say(...state); });

  // ---- several at once --------------------------------------------------------------------------------------------
  const picked = () => {
    const bar = document.querySelector(".bulk");
    if (!bar) return;
    const some = [...document.querySelectorAll(".pick input:checked")];
    bar.hidden = some.length === 0;
    bar.querySelector(".many").textContent = some.length;
    const name = bar.querySelector("[name=typed_name]");
    const signing = some.some((each) => each.value.includes("verb=sign"));
    name.closest(".field").hidden = !signing;
    name.required = signing;
    name.disabled = !signing;
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches(".pick input")) picked();
    if (event.target.matches("[data-all]")) {
      for (const each of document.querySelectorAll(event.target.dataset.all)) each.checked = event.target.checked;
      picked();
    }
  });
  document.addEventListener("reset", () => setTimeout(picked));

  // ---- a form that says what is wrong where it is wrong -----------------------------------------------------------
  const marked = () => {
    for (const error of document.querySelectorAll(".error[data-of]")) {
      const field = document.getElementById(error.dataset.of);
      const wrong = error.textContent.trim() !== "";
      if (field) field.setAttribute("aria-invalid", wrong ? "true" : "false");
      if (wrong) { const folded = error.closest("details"); if (folded) folded.open = true; }
    }
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(".reasons a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    for (let each = field.closest("details"); each; each = each.parentElement.closest("details")) each.open = true;
    field.focus();
  });
  document.addEventListener("change", (event) => {
    const seen = event.target.form?.elements.namedItem("touched");
    if (seen && event.target.name) seen.value = [...new Set([...seen.value.split(","), event.target.name])].join(",");
  }, true);

  // ---- the keyboard -----------------------------------------------------------------------------------------------
  const PLACES = { i: "/console/inbox", c: "/console/campaigns", n: "/console/start", d: "/console/creators" };
  let last = "";
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
    if (event.key === "/") {
      const search = document.querySelector("input[type=search]");
      if (search) { event.preventDefault(); search.focus(); }
    }
    if (event.key === "j" || event.key === "k") {
      const items = [...document.querySelectorAll("[data-item]")];
      const here = items.findIndex((each) => each.contains(document.activeElement));
      const next = items[event.key === "j" ? here + 1 : Math.max(here - 1, 0)];
      if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
    }
    const item = document.activeElement?.closest?.("[data-item]");
    const meant = item && { x: ".pick input", y: ".does > form button.primary" }[event.key];
    if (meant) item.querySelector(meant)?.click();
    if (last === "g" && PLACES[event.key]) location.href = PLACES[event.key];
    last = event.key;
  });
  count();
  picked();
  marked();
})();
