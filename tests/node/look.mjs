// Opens a page in Chromium without a network and says, as JSON, what a person would notice:
// errors, requests, axe's complaints, sideways scrolling, what the keyboard reaches.
// node look.mjs PAGE.html [CHROMIUM]
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [file, program = "/usr/bin/chromium"] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf-8");
const address = pathToFileURL(file).href;

const browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox", "--disable-gpu"] });
const said = { errors: [], requests: [], violations: [], overflow: {}, sorted: null, focus: [] };

async function look(name, options) {
  // The page's own policy would stop axe as it stops everything that is not the page's.
  const context = await browser.newContext({ offline: true, bypassCSP: name !== "policy", ...options });
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && said.errors.push(`${name}: ${message.text()}`));
  page.on("pageerror", (error) => said.errors.push(`${name}: ${error.message}`));
  page.on("request", (request) => {
    if (request.url() !== address && !request.url().startsWith("data:")) said.requests.push(request.url());
  });
  await page.goto(address);
  said.overflow[name] = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  return { context, page };
}

async function complain(name, page) {
  await page.evaluate(() => { for (const part of document.querySelectorAll("details")) part.open = true; });
  await page.evaluate(axe);
  // What changes in the dark is the colours.
  const rules = name === "dark" ? { runOnly: ["color-contrast"] } : {};
  const result = await page.evaluate((options) => globalThis.axe.run(document, { resultTypes: ["violations"], ...options }), rules);
  for (const rule of result.violations) {
    said.violations.push(`${name}: ${rule.id} (${rule.impact}): ${rule.nodes.slice(0, 2).map((node) => `${node.html.slice(0, 160)} ${node.failureSummary.slice(0, 300)}`).join(" | ")}`);
  }
}

for (const [name, options] of Object.entries({
  desk: { viewport: { width: 1280, height: 900 } },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
  phone: { viewport: { width: 320, height: 640 } },
})) {
  const { context, page } = await look(name, options);
  await complain(name, page);
  await context.close();
}

const { context, page } = await look("policy", { viewport: { width: 1280, height: 900 } });
const button = page.locator("table.sortable thead button").nth(2);
if (await button.count()) {
  const column = page.locator("table.sortable").first().locator("tbody tr > :nth-child(3)");
  await button.focus();
  await page.keyboard.press("Enter");
  const up = await column.allInnerTexts();
  await page.keyboard.press("Enter");
  said.sorted = { up, down: await column.allInnerTexts(), status: await page.locator("#status").innerText() };
}
await page.goto(address);
for (let step = 0; step < 4; step += 1) {
  await page.keyboard.press("Tab");
  said.focus.push(await page.evaluate(() => document.activeElement?.textContent?.trim().slice(0, 60) ?? ""));
}
await context.close();

const plain = await browser.newContext({ offline: true, javaScriptEnabled: false });
const still = await plain.newPage();
await still.goto(address);
said.withoutScript = (await still.locator("main").innerText()).length;
await browser.close();
process.stdout.write(JSON.stringify(said));
