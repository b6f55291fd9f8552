// The HTML reports in headless Chromium: no request, no message in the console, no failing link, keyboard use, everything
// visible on paper. usage: node html.js CHROMIUM MODULES SCRATCH REPORT...
"use strict";
const assert = require("assert");
const fs = require("fs");
const path = require("path");
const [chromium, modules, scratch, ...reports] = process.argv.slice(2);
const playwright = require(path.join(modules, "playwright-core"));

async function examine(context, file) {
  const page = await context.newPage();
  const said = [];
  const asked = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  page.on("request", (request) => asked.push(request.url()));
  await page.goto("file://" + file, { waitUntil: "networkidle" });
  const name = path.basename(file, ".html");
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.screenshot({ path: `${scratch}/${name}-${scheme}.png`, fullPage: true });
  }
  await page.emulateMedia({ colorScheme: "light" });

  const broken = await page.evaluate(() => {
    const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
    const twice = ids.filter((id, i) => ids.indexOf(id) !== i);
    const dead = [...document.querySelectorAll("a[href^='#']")].filter((a) => !document.getElementById(a.hash.slice(1)));
    return [...twice.map((id) => "id twice: " + id), ...dead.map((a) => "no such place: " + a.hash)];
  });
  assert.deepStrictEqual(broken, []);
  assert.strictEqual(await page.evaluate(() => document.querySelectorAll("article b, article i, article img").length -
    document.querySelectorAll("article .head > b").length), 0, "text of an export became markup");

  const cells = await page.locator("table.matrix td a").count();
  if (cells > 1) {
    // Keyboard alone: to the matrix, along it, into a cell.
    let tabs = 0;
    const focused = () => page.evaluate(() => document.activeElement?.closest("table.matrix") !== null);
    while (!(await focused()) && ++tabs < 30) await page.keyboard.press("Tab");
    assert.ok(await focused(), "the matrix is not reached with the tabulator");
    const where = () => page.evaluate(() => document.activeElement.getAttribute("href"));
    const start = await where();
    await page.keyboard.press("ArrowRight");
    if ((await where()) === start) await page.keyboard.press("ArrowDown");
    assert.notStrictEqual(await where(), start, "arrow keys do not move in the matrix");
    const target = await where();
    await page.keyboard.press("Enter");
    await page.waitForTimeout(100);
    assert.ok(await page.locator(target).isVisible(), "the rules of a cell do not open");
  }
  if (await page.locator("#show-note").count()) {
    await page.locator("#show-note").focus();
    await page.keyboard.press("Space");
    assert.strictEqual(await page.locator(".finding.of-note:visible").count(), 0, "notes are not hidden");
  }

  await page.setViewportSize({ width: 360, height: 740 });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(overflow <= 0, `the page is ${overflow} pixels too wide for a telephone`);
  await page.setViewportSize({ width: 1280, height: 900 });

  await page.emulateMedia({ media: "print" });
  const hidden = await page.evaluate(() =>
    [...document.querySelectorAll("article.finding, details.pair td")].filter((e) => !e.checkVisibility()).length);
  assert.strictEqual(hidden, 0, "something is missing on paper");
  await page.setViewportSize({ width: 700, height: 1000 }); // A4 without its margins
  const cut = await page.evaluate(() => [...document.querySelectorAll("table:not(.matrix)")].filter((table) =>
    table.checkVisibility() && table.scrollWidth > table.parentElement.clientWidth + 1).length);
  assert.strictEqual(cut, 0, "a table is cut on paper");
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ media: null });
  await page.pdf({ path: `${scratch}/${name}.pdf`, preferCSSPageSize: true, printBackground: false });
  assert.ok(fs.statSync(`${scratch}/${name}.pdf`).size > 10000);

  assert.deepStrictEqual(said, [], "the console is not silent");
  assert.deepStrictEqual(asked, ["file://" + file], "the page asks for more than itself");
  await page.close();
  return cells;
}

(async () => {
  const context = await playwright.chromium.launchPersistentContext(fs.mkdtempSync(scratch + "/profile-"), {
    executablePath: chromium, headless: true, viewport: { width: 1280, height: 900 },
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
  let cells = 0;
  for (const report of reports) cells += await examine(context, report);
  assert.ok(cells > 10, "no report has a matrix");
  await context.close();
  console.log(`passed: ${reports.length} pages, silent, still, usable with keys and on paper`);
})().catch((error) => { console.log("FAILED: " + error.message); process.exit(1); });
