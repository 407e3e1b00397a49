// A field above a long table that shows the rows with all words typed into it.
for (const place of document.querySelectorAll(".halint-filter")) {
  const rows = [...place.querySelectorAll("tbody tr")];
  const field = document.createElement("input");
  const shown = document.createElement("p");
  field.type = "search";
  field.placeholder = "such as: error quorum";
  field.setAttribute("aria-label", "Show rows with these words");
  shown.setAttribute("role", "status");
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const filter = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    rows.forEach((row, index) => { row.hidden = !words.every((word) => texts[index].includes(word)); });
    shown.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length}`;
  };
  field.addEventListener("input", filter);
  place.prepend(field, shown);
  filter();
}
