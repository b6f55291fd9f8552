// The page works without this: it adds arrow keys to the matrix and opens everything before printing.
"use strict";
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
const cells = (row) => [...row.cells].filter((cell) => cell.tagName === "TD");
document.querySelector("table.matrix")?.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  const cell = event.target.closest("td");
  if (!step || !cell) return;
  event.preventDefault();
  const rows = [...cell.closest("tbody").rows];
  let row = rows.indexOf(cell.parentElement) + step[0];
  let column = cells(cell.parentElement).indexOf(cell) + step[1];
  // Onward to the next cell that holds a link.
  for (; rows[row] && cells(rows[row])[column]; row += step[0], column += step[1]) {
    const link = cells(rows[row])[column].querySelector("a");
    if (link) { link.focus(); return; }
  }
});
const openTarget = () => {
  const target = location.hash ? document.getElementById(location.hash.slice(1)) : null;
  target?.closest("details")?.setAttribute("open", "");
};
addEventListener("hashchange", openTarget);
openTarget();
