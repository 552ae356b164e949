// Plays QTI 3 items in qti-components in Chromium, without a network, and says as JSON what a candidate would notice.
// node play.mjs PLAYS.json [CHROMIUM] [PICTURES]
// PLAYS.json: [{"name", "xml", "responses": [{"IDENTIFIER": value, …}, …]}]; PICTURES: a folder for screenshots.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [file, program = "/usr/bin/chromium", pictures = ""] = process.argv.slice(2);
const plays = JSON.parse(readFileSync(file, "utf-8"));
const player = createRequire(import.meta.url).resolve("@citolab/qti-components/cdn/index.global.js");

const browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox", "--disable-gpu"] });
const context = await browser.newContext({ offline: true, viewport: { width: 900, height: 700 } });
const said = [];
for (const play of plays) {
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.setContent("<!doctype html><meta charset=utf-8><main></main>");
  await page.addScriptTag({ path: player });
  const seen = await page.evaluate(async ({ xml, responses }) => {
    const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
    const holder = document.createElement("qti-item");
    const container = document.createElement("item-container");
    container.itemXML = xml;
    holder.append(container);
    document.querySelector("main").append(holder);
    let item = null;
    for (let tries = 0; tries < 100 && item === null; tries += 1) {
      await pause(20);
      item = container.shadowRoot?.querySelector("qti-assessment-item") ?? null;
    }
    if (item === null) return { text: "", tags: [], results: [] };
    await pause(50);
    const names = [...xml.matchAll(/outcome-declaration identifier="([^"]+)"/g)].map((match) => match[1]);
    const outcome = (name) => item.getOutcome(name)?.value ?? null;
    const results = [];
    for (const response of responses) {
      for (const variable of item.variables ?? []) {
        if (variable.type === "response") item.updateResponseVariable(variable.identifier, null);
      }
      for (const [name, value] of Object.entries(response)) item.updateResponseVariable(name, value);
      item.processResponse(false, false);
      await pause(5);
      results.push(Object.fromEntries(names.map((name) => [name, outcome(name)])));
    }
    const shown = container.shadowRoot ?? container;
    const tags = [...shown.querySelectorAll("*")].map((element) => element.localName);
    return { text: shown.textContent.replace(/\s+/g, " ").trim(), tags: [...new Set(tags)], results };
  }, play);
  if (pictures) await page.screenshot({ path: `${pictures}/${play.name}.png`, fullPage: true });
  said.push({ name: play.name, errors, ...seen });
  await page.close();
}
await browser.close();
console.log(JSON.stringify(said));
