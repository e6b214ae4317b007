// Opens pages in Chromium as their readers would and prints what it saw as one JSON object.
//
//   node browser.mjs CHROMIUM PAGE.html [SCREENSHOT-FOLDER]

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { chromium } from 'playwright-core';

const [program, file, pictures] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');
const widths = { phone: 360, desktop: 1280 };
// axe-core takes long, and what it looks at depends on colours or on width, not on both together.
const readers = [
  { scheme: 'light', width: 'phone', isAudited: true },
  { scheme: 'light', width: 'desktop' },
  { scheme: 'dark', width: 'phone' },
  { scheme: 'dark', width: 'desktop', isAudited: true },
];

// Opens the page and takes down whatever it says or asks for.
async function open(browser, { scheme, width, javaScriptEnabled = true }) {
  const context = await browser.newContext({
    colorScheme: scheme,
    reducedMotion: 'reduce',
    javaScriptEnabled,
    viewport: { width: widths[width], height: 800 },
  });
  const page = await context.newPage();
  const seen = { messages: [], requests: [], dialogs: [] };
  page.on('console', (message) => seen.messages.push(message.text()));
  page.on('pageerror', (error) => seen.messages.push(String(error)));
  page.on('request', (request) => seen.requests.push(request.url()));
  page.on('dialog', (dialog) => {
    seen.dialogs.push(dialog.message());
    return dialog.dismiss();
  });
  await page.goto(pathToFileURL(file).href);
  return { context, page, seen };
}

// axe-core is put in from outside: the page's own policy would not let it in. It looks at what is
// there, so everything is unfolded first.
async function violations(page) {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(
    document, { resultTypes: ['violations'] }));
  return found.violations.map(({ id, nodes }) => ({
    id,
    count: nodes.length,
    first: `${nodes[0].html.slice(0, 200)} ${nodes[0].failureSummary}`,
  }));
}

async function look(browser, reader) {
  const { context, page, seen } = await open(browser, reader);
  const name = `${reader.scheme}-${reader.width}`;
  const result = {
    ...seen,
    // The page itself never scrolls sideways.
    overflow: await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    ground: await page.evaluate(() => getComputedStyle(document.body).backgroundColor),
  };
  if (pictures) {
    mkdirSync(pictures, { recursive: true });
    const path = join(pictures, `${basename(file, '.html')}-${name}.png`);
    await page.screenshot({ path, fullPage: true });
  }
  if (reader.isAudited) result.violations = await violations(page);
  await context.close();
  return [name, result];
}

// The texts of the first cells of a table, from top to bottom.
const names = (page, table) => page.$$eval(
  `#${table}-table tbody th`, (cells) => cells.map((cell) => cell.textContent));

const focused = (page) => page.evaluate(() => {
  const { activeElement: element } = document;
  const ring = getComputedStyle(element);
  return {
    tag: element.tagName.toLowerCase(),
    text: element.textContent.trim().slice(0, 40),
    in: element.closest('section')?.id ?? '',
    hasRing: ring.outlineStyle !== 'none' && ring.outlineWidth !== '0px',
  };
});

// Presses Tab until `wanted` has the focus; all stops on the way there.
async function tabTo(page, wanted) {
  const stops = [];
  for (let i = 0; i < 400; i += 1) {
    await page.keyboard.press('Tab');
    stops.push(await focused(page));
    if (wanted(stops.at(-1))) return stops;
  }
  throw new Error(`not reached by Tab: ${wanted}; passed ${JSON.stringify(stops.slice(0, 30))}`);
}

// Everything by keys alone.
async function useKeyboard(browser) {
  const { context, page, seen } = await open(browser, { scheme: 'light', width: 'desktop' });
  const result = { ...seen };
  await page.keyboard.press('Tab');
  result.first_stop = await focused(page);

  result.before = await names(page, 'endpoints');
  const stops = await tabTo(page,
    (stop) => stop.tag === 'button' && stop.text === 'Endpoint' && stop.in === 'endpoints');
  await page.keyboard.press('Enter');
  result.ascending = await names(page, 'endpoints');
  result.sort = await page.$$eval('#endpoints-table [aria-sort]',
    (cells) => cells.map((cell) => cell.getAttribute('aria-sort')));
  await page.keyboard.press('Space');
  result.descending = await names(page, 'endpoints');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  result.by_requests = await page.$$eval('#endpoints-table tbody tr',
    (rows) => rows.map((row) => Number(row.cells[2].dataset.value)));

  const summaries = await page.$$('summary');
  if (summaries.length > 0) {
    stops.push(...await tabTo(page, (stop) => stop.tag === 'summary'));
    const isOpen = () => page.$eval('summary', (summary) => summary.parentElement.open);
    result.unfolded = [await isOpen()];
    for (let i = 0; i < 2; i += 1) {
      await page.keyboard.press('Enter');
      result.unfolded.push(await isOpen());
    }
  }
  result.without_ring = stops.filter((stop) => !stop.hasRing);
  await context.close();
  return result;
}

// A field that filters the endpoints.
async function filter(browser) {
  const { context, page } = await open(browser, { scheme: 'light', width: 'desktop' });
  const field = await page.$('#endpoints input[type=search]');
  const result = {};
  if (field) {
    await field.fill('no endpoint is named like this');
    result.shown = await page.$$eval('#endpoints-table tbody tr:not([hidden])', (r) => r.length);
    result.said = await page.$eval('#endpoints output', (output) => output.textContent);
  }
  await context.close();
  return result;
}

// What is there to read when no script runs.
async function readWithoutScript(browser) {
  const { context, page, seen } = await open(
    browser, { scheme: 'light', width: 'desktop', javaScriptEnabled: false });
  const text = await page.innerText('body');
  const buttons = await page.locator('button').count();
  await context.close();
  return { ...seen, text, buttons };
}

const browser = await chromium.launch({
  executablePath: program,
  // Chromium's sandbox needs what a container and root do not have.
  args: process.getuid() === 0 ? ['--no-sandbox'] : [],
});
try {
  const result = {
    url: pathToFileURL(file).href,
    looks: {},
    keyboard: await useKeyboard(browser),
    filter: await filter(browser),
    without_script: await readWithoutScript(browser),
  };
  for (const reader of readers) {
    const [name, seen] = await look(browser, reader);
    result.looks[name] = seen;
  }
  console.log(JSON.stringify(result));
} finally {
  await browser.close();
}
