"use strict";
(() => {
  /* Filters: each form narrows the items of one list. Item values are read once, then all is arithmetic on arrays. */
  const setUp = (form) => {
    const list = document.getElementById(form.dataset.controls);
    const cards = [...list.querySelectorAll("[data-level]")];
    const boxes = [...form.querySelectorAll("input[type=checkbox]")];
    const selects = [...form.querySelectorAll("select")];
    const search = form.querySelector("input[type=search]");
    const status = form.querySelector(".shown");
    const noun = status.dataset.noun;
    const items = cards.map((card) => ({ card, data: { ...card.dataset }, text: null, shown: true }));
    const counts = new Map([...form.querySelectorAll("[data-count]")].map((one) => [one.dataset.count, one]));

    for (const select of selects) {
      const values = [...new Set(items.map((item) => item.data[select.name]))].filter(Boolean).sort();
      select.append(new Option(select.dataset.all, ""), ...values.map((value) => new Option(value, value)));
      select.closest("label").hidden = values.length < 2;
    }
    const apply = () => {
      const levels = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
      const chosen = selects.filter((select) => select.value).map((select) => [select.name, select.value]);
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const found = new Map();
      let number = 0;
      for (const item of items) {
        let fits = chosen.every(([name, value]) => item.data[name] === value);
        if (fits && words.length) {
          item.text ??= item.card.textContent.toLowerCase();
          fits = words.every((word) => item.text.includes(word));
        }
        if (fits) found.set(item.data.level, (found.get(item.data.level) || 0) + 1);
        const shown = fits && levels.has(item.data.level);
        number += shown;
        if (shown !== item.shown) item.card.hidden = !(item.shown = shown);
      }
      for (const [level, one] of counts) one.textContent = String(found.get(level) || 0);
      const total = items.length;
      status.textContent = number === total ? `${total} ${noun}` : `${number} of ${total} ${noun} shown`;
    };
    let waiting = 0;
    search.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(apply, 120);
    });
    form.addEventListener("change", apply);
    form.addEventListener("reset", () => setTimeout(apply));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      apply();
    });
    form.hidden = false;
    form.reset();
    apply();
  };
  for (const form of document.querySelectorAll("form.filters")) setUp(form);

  /* A link to what a filter hides takes the filter back. */
  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (!target) return;
    const card = target.closest("[data-level]");
    if (card && card.hidden) {
      const form = document.querySelector(`form[data-controls="${card.parentElement.id}"]`);
      form.reset();
      setTimeout(() => card.scrollIntoView());
    }
    for (let one = target.closest("details"); one; one = one.parentElement.closest("details")) one.open = true;
    target.focus({ preventScroll: true });
  };
  addEventListener("hashchange", reveal);
  reveal();

  /* Copying: where the clipboard is not to be had, the command is selected. */
  const copy = async (button) => {
    const command = button.previousElementSibling;
    let said = "Copied";
    try {
      await navigator.clipboard.writeText(command.textContent);
    } catch {
      getSelection().selectAllChildren(command);
      said = "Selected";
    }
    button.textContent = said;
    setTimeout(() => (button.textContent = "Copy"), 2000);
  };
  for (const button of document.querySelectorAll("button.copy")) button.hidden = false;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.copy");
    if (button) copy(button);
  });

  /* Dark or light against the system's will: the style sheet's own conditions are turned round. */
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = document.getElementById("theme");
  const conditions = [...document.styleSheets]
    .flatMap((sheet) => [...sheet.cssRules])
    .filter((rule) => rule instanceof CSSMediaRule && rule.media.mediaText.includes("prefers-color-scheme"));
  let isDark = dark.matches;
  const paint = () => {
    for (const rule of conditions) rule.media.mediaText = isDark ? "screen" : "not all";
    document.documentElement.style.colorScheme = isDark ? "dark" : "light";
    theme.setAttribute("aria-pressed", String(isDark));
  };
  theme.setAttribute("aria-pressed", String(isDark));
  theme.hidden = false;
  theme.addEventListener("click", () => {
    isDark = !isDark;
    paint();
  });
  dark.addEventListener("change", (event) => {
    isDark = event.matches;
    paint();
  });
})();
