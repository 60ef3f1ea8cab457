// Lays the screens that the stories came to out in headless Chromium, at several widths, in both themes and with text twice as
// large, and lets axe look at each. Takes the folder of kept pages; fails if anything is found.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { availableParallelism, tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import process from "node:process";
import { fileURLToPath, URL } from "node:url";

const folder = process.argv[2];
const patience = 12 * 60_000;
const browsers = Math.min(availableParallelism(), 4);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const pages = readdirSync(folder).filter((name) => name.endsWith(".html"));
if (pages.length === 0) throw new Error(`${folder} has no pages: did the stories run?`);

const types = { ".css": "text/css", ".woff2": "font/woff2", ".svg": "image/svg+xml", ".js": "text/javascript" };

/** A page as it stood, without its program: what is looked at does not move any more. */
function still(name) {
  const html = readFileSync(join(folder, basename(name)), "utf8");
  return html.replace(/<script[\s\S]*?<\/script>/g, "").replace(/<link[^>]*rel="modulepreload"[^>]*>/g, "");
}

const driver = `<!doctype html><html lang="en"><title>Screens</title><body><script type="module">
const looks = [[320, 640, 1], [390, 844, 1], [390, 844, 2], [1180, 860, 1], [1180, 860, 2]];
const axe = await (await fetch("/axe.js")).text();
const runOnly = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const rules = { runOnly, resultTypes: ["violations"], preload: false };
const found = [];
let looked = 0;
const turn = new URLSearchParams(location.search).get("turn");
const mine = ${JSON.stringify(pages)}.filter((_, i) => i % ${browsers} === Number(turn));
for (const name of mine) {
  const frame = Object.assign(document.createElement("iframe"), { title: name, src: "/pages/" + name });
  frame.style.border = "0";
  await new Promise((loaded) => { frame.onload = loaded; document.body.replaceChildren(frame); });
  const inside = frame.contentWindow, root = inside.document.documentElement;
  inside.eval(axe);
  for (const [width, height, size] of looks) for (const theme of ["light", "dark"]) {
    Object.assign(frame, { width, height });
    root.dataset.theme = theme;
    root.style.fontSize = size * 100 + "%";
    await inside.document.fonts.ready;
    await new Promise((painted) => inside.requestAnimationFrame(() => inside.requestAnimationFrame(painted)));
    const where = [name, width, theme, size + "x"].join(" ");
    if (root.scrollWidth > inside.innerWidth) found.push(where + ": wider than the window, " + root.scrollWidth);
    inside.scrollTo(0, root.scrollHeight);
    for (const { id, nodes } of (await inside.axe.run(inside.document, rules)).violations)
      found.push(where + ": " + id + ": " + nodes.map((node) => node.html + " " + node.failureSummary).join(" | "));
    looked += 1;
  }
}
await fetch("/found", { method: "POST", body: JSON.stringify({ looked, found }) });
</script></body></html>`;

const server = createServer((request, response) => {
  const path = new URL(request.url ?? "/", "http://localhost").pathname;
  const answer = (type, body) => response.writeHead(200, { "content-type": type }).end(body);
  try {
    if (request.method === "POST" && path === "/found") return void hear(request, response);
    if (path === "/") return void answer("text/html; charset=utf-8", driver);
    if (path === "/axe.js") return void answer(types[".js"], readFileSync(here("../node_modules/axe-core/axe.min.js")));
    if (path.startsWith("/pages/")) return void answer("text/html; charset=utf-8", still(path));
    if (path.startsWith("/assets/")) {
      return void answer(types[extname(path)] ?? "text/plain", readFileSync(here(`../dist/assets/${basename(path)}`)));
    }
  } catch (error) {
    console.error(String(error));
  }
  response.writeHead(404).end();
});

const all = { looked: 0, problems: 0, browsers: 0 };

function hear(request, response) {
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", () => {
    response.end();
    const { looked, found } = JSON.parse(body);
    for (const one of found) console.error(one);
    all.looked += looked;
    all.problems += found.length;
    all.browsers += 1;
    if (all.browsers < browsers) return;
    console.log(`Chromium looked at ${all.looked} layouts of ${pages.length} screens: ${all.problems} problems.`);
    end(all.problems === 0 && all.looked > 0 ? 0 : 1);
  });
}

const opened = [];
let over = false;
// Whatever ends this program ends the browsers.
process.on("exit", () => opened.forEach(({ browser }) => browser.kill("SIGKILL")));
function end(code) {
  if (over) return;
  over = true;
  process.exitCode = code;
  for (const { browser, profile } of opened) {
    browser.once("exit", () => remove(profile));
    browser.kill("SIGKILL");
  }
  server.close();
  server.closeAllConnections();
}

// A process of the browser's may outlive it for a moment, and write there. What is left says nothing about the screens.
function remove(profile) {
  try {
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  } catch (error) {
    console.error(`${profile} could not be removed: ${error.message}`);
  }
}

function open(address) {
  const profile = mkdtempSync(join(tmpdir(), "screens-"));
  // What is shown comes from this machine alone; as root there is no sandbox.
  const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const quiet = [
    "--headless=new",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
  ];
  const browser = spawn("chromium", [...quiet, ...root, `--user-data-dir=${profile}`, address], { stdio: "ignore" });
  opened.push({ browser, profile });
  browser.on("error", (error) => {
    console.error(`Chromium could not be started: ${error.message}`);
    end(1);
  });
  browser.on("exit", () => end(1));
}

server.listen(0, "127.0.0.1", () => {
  for (let turn = 0; turn < browsers; turn += 1) open(`http://127.0.0.1:${server.address().port}/?turn=${turn}`);
  setTimeout(() => {
    console.error("Chromium did not answer in time.");
    end(1);
  }, patience).unref();
});
