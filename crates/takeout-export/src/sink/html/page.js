"use strict";
// The address book stands in this page as JSON; nothing is fetched, and every text becomes a text node.
(() => {
  const byId = (id) => document.getElementById(id);
  const ROW_HEIGHT = 40;
  const DAY_SECS = 86400;
  const SOURCES = { both: "both", saved: "saved only", contact: "account only" };
  const STATUSES = {
    online: "online", offline: "exact time", recently: "within 3 days", last_week: "within a week",
    last_month: "within a month", empty: "long ago", unknown: "unknown",
  };
  const number = new Intl.NumberFormat();
  const compact = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });
  const date = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
  const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

  const people = JSON.parse(byId("rows").textContent).map(
    ([name, accountName, phone, username, id, source, status, statusAt, savedAt, flags], index) => ({
      index, name, accountName, phone, username, id, source, status, statusAt, savedAt,
      isMutual: (flags & 1) !== 0, isDeleted: (flags & 2) !== 0,
      words: [name, accountName, phone, phone.replace(/\D/g, ""), username, id ?? ""].join("\n").toLowerCase(),
    }));
  const about = JSON.parse(byId("about").textContent);
  const exportedAt = about.exported_at ? new Date(about.exported_at) : null;

  // How long ago somebody was seen, as far as it is known: what the column is sorted by.
  const RANKS = { online: 0, recently: 3 * DAY_SECS, last_week: 7 * DAY_SECS, last_month: 30 * DAY_SECS, empty: 1e12, unknown: 2e12 };
  const ago = (person) => person.status === "offline" && person.statusAt && exportedAt
    ? exportedAt.getTime() / 1000 - person.statusAt : RANKS[person.status] ?? 1.5e12;
  const nameOrder = people.map((_, index) => index).sort((a, b) => collator.compare(people[a].name, people[b].name));
  nameOrder.forEach((index, rank) => { people[index].nameRank = rank; });

  const COLUMNS = [
    { key: "name", title: "Name", by: (p) => p.nameRank },
    { key: "phone", title: "Phone", by: (p) => p.phone || "\uffff" },
    { key: "username", title: "Username", by: (p) => p.username.toLowerCase() || "\uffff", wide: true },
    { key: "source", title: "Source", by: (p) => p.source },
    { key: "status", title: "Last seen", by: ago, wide: true },
    { key: "saved", title: "Saved", by: (p) => -(p.savedAt ?? 0), wide: true },
  ];

  const state = { text: "", source: "", status: "", sort: null, order: 1, shown: people, selected: -1 };

  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  const seen = (person) => person.status === "offline" && person.statusAt
    ? date.format(new Date(person.statusAt * 1000))
    : person.source === "saved" ? "" : person.status === "offline" ? "offline" : STATUSES[person.status] ?? person.status;

  // --- what is shown

  const fits = (person, except) =>
    (except === "source" || !state.source || person.source === state.source) &&
    (except === "status" || !state.status || person.status === state.status) &&
    state.text.split(/\s+/).every((word) => person.words.includes(word));

  const update = () => {
    const kept = state.selected >= 0 ? state.shown[state.selected] : null;
    const shown = people.filter((person) => fits(person));
    if (state.sort) {
      const by = state.sort.by;
      const keys = new Map(shown.map((person) => [person, by(person)]));
      shown.sort((a, b) => {
        const [x, y] = [keys.get(a), keys.get(b)];
        return (x < y ? -1 : x > y ? 1 : a.index - b.index) * state.order;
      });
    }
    state.shown = shown;
    state.selected = kept ? shown.indexOf(kept) : -1;
    byId("count").textContent = shown.length === people.length
      ? `${number.format(people.length)} people` : `${number.format(shown.length)} of ${number.format(people.length)}`;
    byId("empty").hidden = shown.length > 0;
    byId("space").style.height = `${shown.length * ROW_HEIGHT}px`;
    byId("table").setAttribute("aria-rowcount", String(shown.length + 1));
    for (const head of byId("heads").children) {
      const isSorted = state.sort?.key === head.dataset.key;
      if (isSorted) head.dataset.order = String(state.order); else delete head.dataset.order;
      head.setAttribute("aria-sort", isSorted ? (state.order > 0 ? "ascending" : "descending") : "none");
    }
    bars("source", SOURCES);
    bars("status", STATUSES);
    draw();
  };

  // --- the table: only the rows that can be seen are in the page

  const rows = [];
  const draw = () => {
    const viewport = byId("viewport");
    const first = Math.max(0, Math.floor(viewport.scrollTop / ROW_HEIGHT) - 4);
    const wanted = Math.min(state.shown.length - first, Math.ceil(viewport.clientHeight / ROW_HEIGHT) + 8);
    while (rows.length < wanted) {
      const row = element("div", "row");
      row.setAttribute("role", "row");
      for (const column of COLUMNS) {
        const cell = row.appendChild(element("div", `cell ${column.key}${column.wide ? " wide" : ""}`));
        cell.setAttribute("role", "gridcell");
      }
      row.addEventListener("click", () => { select(Number(row.dataset.at)); });
      row.addEventListener("dblclick", open);
      rows.push(byId("space").appendChild(row));
    }
    rows.forEach((row, offset) => {
      const at = first + offset;
      row.hidden = offset >= wanted;
      if (row.hidden) return;
      fill(row, state.shown[at], at);
    });
  };

  const fill = (row, person, at) => {
    row.style.transform = `translateY(${at * ROW_HEIGHT}px)`;
    row.dataset.at = String(at);
    row.id = `row-${at}`;
    row.setAttribute("aria-rowindex", String(at + 2));
    row.setAttribute("aria-selected", String(at === state.selected));
    const [name, phone, username, source, status, saved] = row.children;
    name.textContent = person.isDeleted ? `${person.name} (deleted)` : person.name;
    name.title = person.name;
    phone.textContent = person.phone;
    phone.className = "cell phone digits";
    username.textContent = person.username ? `@${person.username}` : "";
    source.replaceChildren(element("span", `chip ${person.source}`, SOURCES[person.source] ?? person.source));
    status.textContent = seen(person);
    status.className = "cell status wide soft";
    saved.textContent = person.savedAt ? date.format(new Date(person.savedAt * 1000)) : "";
    saved.className = "cell saved wide soft digits";
  };

  const select = (at) => {
    if (state.shown.length === 0) return;
    state.selected = Math.min(Math.max(at, 0), state.shown.length - 1);
    const viewport = byId("viewport");
    const top = state.selected * ROW_HEIGHT;
    if (top < viewport.scrollTop) viewport.scrollTop = top;
    const lowest = top + ROW_HEIGHT - viewport.clientHeight;
    if (lowest > viewport.scrollTop) viewport.scrollTop = lowest;
    byId("table").setAttribute("aria-activedescendant", `row-${state.selected}`);
    draw();
  };

  // --- one person

  const open = () => {
    const person = state.shown[state.selected];
    if (!person) return;
    byId("details-name").textContent = person.name;
    const facts = [
      ["Name of the account", person.accountName], ["Phone", person.phone],
      ["Username", person.username && `@${person.username}`], ["Telegram id", person.id],
      ["Source", SOURCES[person.source]], ["Last seen", seen(person)],
      ["Contact of each other", person.isMutual ? "yes" : ""], ["Account", person.isDeleted ? "deleted" : ""],
      ["Saved", person.savedAt ? dateTime.format(new Date(person.savedAt * 1000)) : ""],
    ];
    byId("details-list").replaceChildren(...facts.filter(([, value]) => value)
      .flatMap(([label, value]) => [element("dt", "", label), element("dd", "", String(value))]));
    byId("details").showModal();
  };

  // --- the charts: what is counted can be clicked to be the filter

  const bars = (key, labels) => {
    const counts = new Map(Object.keys(labels).map((value) => [value, 0]));
    for (const person of people) if (fits(person, key)) counts.set(person[key], (counts.get(person[key]) ?? 0) + 1);
    const most = Math.max(1, ...counts.values());
    if (key === "source") {
      byId("share").replaceChildren(...Object.keys(labels).filter((value) => counts.get(value)).map((value) => {
        const part = element("span", `fill ${value}`);
        part.style.flexGrow = String(counts.get(value));
        return part;
      }));
    }
    const list = byId(`by-${key}`);
    if (list.children.length === 0) {
      for (const value of counts.keys()) {
        const bar = element("button", "bar");
        bar.type = "button";
        bar.dataset.value = value;
        const track = element("span", "track");
        track.append(element("span", `fill ${value}`));
        bar.append(element("span", "", labels[value] ?? value), track, element("span", "number"));
        bar.addEventListener("click", () => { filter(key, state[key] === value ? "" : value); });
        list.append(bar);
      }
    }
    for (const bar of list.children) {
      const count = counts.get(bar.dataset.value) ?? 0;
      bar.querySelector(".fill").style.width = `${(100 * count) / most}%`;
      bar.querySelector(".number").textContent = number.format(count);
      bar.setAttribute("aria-pressed", String(state[key] === bar.dataset.value));
    }
  };

  const years = () => {
    const counts = new Map();
    for (const person of people) {
      if (!person.savedAt) continue;
      const year = new Date(person.savedAt * 1000).getUTCFullYear();
      counts.set(year, (counts.get(year) ?? 0) + 1);
    }
    if (counts.size === 0) { byId("by-year").append(element("p", "number", "nobody is saved")); return; }
    // a date after the export is a mistake of some phone; it would push all the others together
    const now = exportedAt ? exportedAt.getUTCFullYear() : Infinity;
    const all = [...counts.keys()].filter((year) => year <= now);
    const last = Math.max(...all);
    const from = Math.max(Math.min(...all), last - 14);
    const most = Math.max(...all.map((year) => counts.get(year)));
    for (let year = from; year <= last; year += 1) {
      const count = counts.get(year) ?? 0;
      const bar = element("div", "year");
      const column = element("div", "column");
      column.style.height = `${(74 * count) / most}%`;
      bar.title = `${year}: ${number.format(count)}`;
      bar.append(element("span", "", count ? compact.format(count) : ""), column, element("span", "", `’${String(year % 100).padStart(2, "0")}`));
      byId("by-year").append(bar);
    }
  };

  // --- what the user does

  const filter = (key, value) => {
    state[key] = value;
    byId(key).value = value;
    byId("viewport").scrollTop = 0;
    update();
  };
  const clear = () => {
    Object.assign(state, { text: "", source: "", status: "" });
    for (const id of ["search", "source", "status"]) byId(id).value = "";
    byId("viewport").scrollTop = 0;
    update();
  };

  for (const column of COLUMNS) {
    const head = element("button", `head${column.wide ? " wide" : ""}`, column.title);
    head.type = "button";
    head.dataset.key = column.key;
    head.setAttribute("role", "columnheader");
    head.addEventListener("click", () => {
      state.order = state.sort === column ? -state.order : 1;
      state.sort = column;
      update();
    });
    byId("heads").append(head);
  }
  for (const [key, labels] of [["source", SOURCES], ["status", STATUSES]]) {
    for (const [value, label] of Object.entries(labels)) {
      const option = element("option", "", label);
      option.value = value;
      byId(key).append(option);
    }
    byId(key).addEventListener("change", (event) => filter(key, event.target.value));
  }
  byId("search").addEventListener("input", (event) => {
    state.text = event.target.value.trim().toLowerCase();
    byId("viewport").scrollTop = 0;
    update();
  });
  byId("clear").addEventListener("click", clear);
  byId("close").addEventListener("click", () => byId("details").close());
  byId("viewport").addEventListener("scroll", draw, { passive: true });
  addEventListener("resize", draw);
  byId("theme").addEventListener("click", () => {
    const root = document.documentElement;
    const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = isDark ? "light" : "dark";
  });

  const page = () => Math.max(1, Math.floor(byId("viewport").clientHeight / ROW_HEIGHT) - 1);
  const KEYS = {
    ArrowDown: () => select(state.selected + 1),
    ArrowUp: () => select(state.selected - 1),
    PageDown: () => select(state.selected + page()),
    PageUp: () => select(state.selected - page()),
    Home: () => select(0),
    End: () => select(state.shown.length - 1),
    Enter: open,
  };
  addEventListener("keydown", (event) => {
    if (byId("details").open || event.ctrlKey || event.metaKey || event.altKey) return;
    const inSearch = event.target === byId("search");
    if (event.key === "Escape") { clear(); byId("search").blur(); byId("table").focus(); return; }
    if (event.key === "/" && !inSearch) { event.preventDefault(); byId("search").focus(); return; }
    if (inSearch && event.key === "ArrowDown") { event.preventDefault(); byId("table").focus(); select(0); return; }
    if (event.target.closest("button, select, input")) return;
    const act = KEYS[event.key];
    if (act) { event.preventDefault(); act(); }
  });

  byId("subtitle").textContent = exportedAt ? `exported ${dateTime.format(exportedAt)}` : "";
  years();
  update();
})();
