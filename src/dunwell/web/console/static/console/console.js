// The console works without this file, page by page; with it forms open in a drawer, rows answer to the keyboard, toasts go by themselves.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const TOAST_MS = 7000;
  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]");

  // CSRF for htmx: the token of any form on the page.
  document.addEventListener("htmx:configRequest", (event) => {
    const token = $("input[name=csrfmiddlewaretoken]");
    if (token) event.detail.headers["X-CSRFToken"] = token.value;
  });

  // Drawer: a link with data-drawer opens its page's form beside the page it belongs to.
  const drawer = $("#drawer");
  const drawn = drawer && tabler.Offcanvas.getOrCreateInstance(drawer);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-drawer]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    htmx.ajax("GET", link.href, { target: "#drawer-content", swap: "innerHTML" }).then(() => drawn.show());
  });
  drawer?.addEventListener("shown.bs.offcanvas", () => $("[autofocus], input:not([type=hidden]), select, textarea", drawer)?.focus());
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-drawer-close]") && drawn) { event.preventDefault(); drawn.hide(); }
  });

  // Side bar on a phone.
  document.addEventListener("click", (event) => {
    const wish = event.target.closest("[data-side]");
    if (wish) document.body.classList.toggle("side-is-open", wish.dataset.side === "open");
  });

  // Toasts.
  const pass = (toast) => { toast.classList.add("gone"); setTimeout(() => toast.remove(), 300); };
  $$("[data-toast]").forEach((toast) => setTimeout(pass, TOAST_MS, toast));
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-toast-close]")) pass(event.target.closest("[data-toast]"));
  });
  document.addEventListener("htmx:responseError", () => note(document.body.dataset.failed || "…"));
  const note = (text) => {
    const toast = document.createElement("div");
    toast.className = "toast-note error";
    toast.dataset.toast = "";
    toast.textContent = text;
    $("#toasts").append(toast);
    setTimeout(pass, TOAST_MS, toast);
  };

  // Rows: j and k move, Enter opens, x chooses.
  const rows = () => $$("[data-row]");
  const current = () => $("[data-row].current");
  const goTo = (row) => {
    if (!row) return;
    current()?.classList.remove("current");
    row.classList.add("current");
    row.scrollIntoView({ block: "nearest" });
  };
  const step = (by) => {
    const all = rows();
    const at = all.indexOf(current());
    goTo(all[Math.min(Math.max(at + by, 0), all.length - 1)]);
  };
  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-row]");
    if (row && row.dataset.href && !event.target.closest("a, button, input, label, summary")) location.assign(row.dataset.href);
  });

  // Where rows are worked through, the first is current from the start; after a deed the one that stood after it.
  const placed = "dunwell-row";
  if ($("[data-start]")) {
    const all = rows();
    const named = location.hash.length > 1 && all.find((row) => row.id === location.hash.slice(1));
    goTo(named || all[Math.min(Number(sessionStorage.getItem(placed) ?? 0), all.length - 1)]);
    sessionStorage.removeItem(placed);
    document.addEventListener("submit", (event) => {
      const row = event.target.closest("[data-row]");
      if (row) sessionStorage.setItem(placed, rows().indexOf(row));
    });
  }

  // Choosing rows: the bar of what to do with them appears with the first.
  const choose = () => {
    $$("[data-chosen-bar]").forEach((bar) => {
      const chosen = $$("[data-choose]:checked").length;
      bar.hidden = chosen === 0;
      const count = $("[data-chosen-count]", bar);
      if (count) count.textContent = chosen;
    });
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-choose-all]")) $$("[data-choose]").forEach((box) => { box.checked = event.target.checked; });
    if (event.target.matches("[data-choose], [data-choose-all]")) choose();
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });
  choose();

  // Keys.
  let led = "";
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || $("dialog[open]")) return;
    const key = led + event.key;
    led = "";
    if (event.key === "g") { led = "g"; return; }
    const places = { gt: "today", gr: "replies", gc: "customers", gi: "invoices", gm: "money" };
    if (places[key]) { $(`[data-nav="${places[key]}"]`)?.click(); return; }
    if (event.key === "/") { event.preventDefault(); $("[data-find]")?.focus(); }
    else if (event.key === "?") $("#help").showModal();
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "x") { const box = $("[data-choose]", current() ?? document.createElement("i")); if (box) { box.checked = !box.checked; choose(); } }
    else if (current() && $(`[data-key="${CSS.escape(event.key)}"]`, current())) { event.preventDefault(); $(`[data-key="${CSS.escape(event.key)}"]`, current()).click(); }
    else if (event.key === "Enter" && current()?.dataset.href) location.assign(current().dataset.href);
  });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-help]")) $("#help").showModal(); });

  // A sheet is looked at again as soon as one of its answers changes.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-look]")) event.target.form.requestSubmit($("[data-look-again]", event.target.form));
  });

  // Copying.
  document.addEventListener("click", (event) => {
    const wish = event.target.closest("[data-copy]");
    if (wish) navigator.clipboard.writeText(wish.dataset.copy);
  });

  // Call: only what an outcome needs is asked; an objection's usual end chooses it.
  const outcomes = $$("[data-outcome]");
  const ask = () => {
    const chosen = outcomes.find((one) => one.checked)?.value ?? "";
    $$("[data-for]").forEach((part) => { part.hidden = !part.dataset.for.split(" ").includes(chosen); });
  };
  if (outcomes.length) ask();
  document.addEventListener("change", (event) => { if (event.target.matches("[data-outcome]")) ask(); });
  document.addEventListener("click", (event) => {
    const wish = event.target.closest("[data-pick]");
    if (!wish) return;
    outcomes.forEach((one) => { one.checked = one.value === wish.dataset.pick; });
    ask();
    $("#outcome").scrollIntoView({ block: "start", behavior: "smooth" });
  });

  // Charts: a figure holds its figures as JSON; colours come from the page, so that they follow the theme.
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const draw = (figure) => {
    if (typeof echarts === "undefined" || figure.dataset.drawn) return;
    figure.dataset.drawn = "yes";
    const option = JSON.parse($("script[type='application/json']", figure.parentElement).textContent);
    const chart = echarts.init(figure, null, { renderer: "svg" });
    const language = document.documentElement.lang;
    const short = new Intl.NumberFormat(language, { notation: "compact" }), whole = new Intl.NumberFormat(language);
    if (option.yAxis) option.yAxis.axisLabel = { formatter: (value) => short.format(value) };
    chart.setOption({ textStyle: { fontFamily: "Inter Variable, sans-serif", color: colour("--ink-soft") }, color: [colour("--accent"), colour("--warm"), colour("--bad")], animationDuration: 250, tooltip: { renderMode: "richText", trigger: "axis", valueFormatter: (value) => whole.format(value) }, ...option });
    new ResizeObserver(() => chart.resize()).observe(figure);
  };
  $$("[data-chart]").forEach(draw);
  document.addEventListener("htmx:load", (event) => $$("[data-chart]", event.target).forEach(draw));
})();
