"use strict";
(() => {
  const $ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);

  // --- opening ---------------------------------------------------------------------------------------------------
  function reveal(element) {
    for (let up = element; up; up = up.parentElement) {
      if (up.tagName === "DETAILS") up.open = true;
      up.hidden = false;
    }
    const first = element.matches(".row") ? element.querySelector(":scope > details") : null;
    if (first) first.open = true;
    const target = element.matches("div[tabindex]") ? element : element.querySelector("summary");
    (target || element).focus({ preventScroll: true });
    element.scrollIntoView({ block: "start" });
  }
  function follow() {
    const element = location.hash.length > 1 && byId(decodeURIComponent(location.hash.slice(1)));
    if (element && element.id !== "main") reveal(element);
  }
  addEventListener("hashchange", follow);
  const jump = byId("jump"), failures = $("[id^='failure-']");
  let next = 0;
  if (failures.length > 1) jump.textContent = `Jump to the failures (${failures.length})`;
  if (jump) jump.addEventListener("click", (event) => {
    event.preventDefault();
    reveal(failures[next++ % failures.length]);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link && link.getAttribute("href") === location.hash) follow();
  });
  const toggleAll = (open) => $(".row:not([hidden]) > details").forEach((each) => { each.open = open; });
  byId("open-all").addEventListener("click", () => toggleAll(true));
  byId("close-all").addEventListener("click", () => toggleAll(false));

  // --- searching -------------------------------------------------------------------------------------------------
  const search = byId("search"), show = byId("show"), found = byId("found");
  const rows = $(".row:not(.end)").filter((row) => !row.parentElement.closest(".row"));
  const texts = new Map();
  const text = (element) => {
    if (!texts.has(element)) texts.set(element, element.textContent.toLowerCase());
    return texts.get(element);
  };
  function narrow() {
    const wanted = search.value.trim().toLowerCase();
    const states = show.value ? show.value.split(" ") : [];
    let shown = 0;
    for (const row of rows) {
      const own = row.dataset.states.split(" ");
      const fits = (!states.length || states.some((state) => own.includes(state))) && (!wanted || text(row).includes(wanted));
      row.hidden = !fits;
      shown += fits;
      const visits = $(":scope > details > .inside > details.visit", row);
      const hits = fits && wanted ? visits.filter((visit) => text(visit).includes(wanted)) : [];
      visits.forEach((visit) => { visit.hidden = hits.length > 0 && !hits.includes(visit); });
    }
    found.textContent = wanted || states.length ? `${shown} of ${rows.length}` : "";
  }
  let pending = 0;
  search.addEventListener("input", () => { clearTimeout(pending); pending = setTimeout(narrow, 120); });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { search.value = ""; narrow(); }
  });
  show.addEventListener("change", narrow);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.target.closest("input, select, textarea")) {
      event.preventDefault();
      search.focus();
    }
  });

  // --- light and dark --------------------------------------------------------------------------------------------
  const theme = byId("theme"), themes = ["system", "light", "dark"];
  const stored = (value) => {  // a file that is opened from a disk may have no storage
    try { return value ? localStorage.setItem("arazzo-theme", value) : localStorage.getItem("arazzo-theme"); } catch { return null; }
  };
  function dress(name) {
    if (name === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
    theme.textContent = `Theme: ${name}`;
    theme.value = name;
  }
  dress(themes.includes(stored()) ? stored() : "system");
  theme.addEventListener("click", () => {
    dress(themes[(themes.indexOf(theme.value) + 1) % themes.length]);
    stored(theme.value);
  });

  // --- a request as a command ------------------------------------------------------------------------------------
  const odd = /[\x00-\x08\x0b-\x1f\x7f]/g;
  function quoted(value) {
    if (!odd.test(value)) return `'${value.replaceAll("'", "'\\''")}'`;
    const plain = value.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
    return `$'${plain.replace(odd, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`)}'`;
  }
  function command(request) {
    const method = request.querySelector(".line b").textContent;
    const parts = ["curl", "-X", quoted(method), quoted(request.querySelector(".url").textContent)];
    for (const name of $(".headers dt", request)) {
      if (/^(content-length|host)$/i.test(name.textContent)) continue;
      parts.push("-H", quoted(`${name.textContent}: ${name.nextElementSibling.textContent}`));
    }
    const body = request.querySelector(".body");
    if (body) parts.push("--data-raw", quoted(body.textContent));
    return parts.join(" ") + (request.querySelector(".cut") ? "  # the body is cut" : "");
  }
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button.copy");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(command(button.closest(".request")));
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed here";
    }
    setTimeout(() => { button.textContent = "Copy as curl"; }, 1500);
  });

  $("button.copy").forEach((button) => { button.hidden = false; });
  byId("tools").hidden = false;
  follow();
})();
