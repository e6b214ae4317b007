// Comforts for the page of `understudy report --html`; without them everything is there to read.
'use strict';

// The rows of a table by one column; equal ones keep the order in which the program wrote them.
function sortRows(table, column, direction) {
  const body = table.tBodies[0];
  const keyOf = (row) => {
    const cell = row.cells[column];
    return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
  };
  const compare = (a, b) => (typeof a === 'number' ? a - b : a.localeCompare(b));
  const rows = Array.from(body.rows);
  for (const [index, row] of rows.entries()) row.dataset.order ??= index;
  rows.sort((a, b) => direction * compare(keyOf(a), keyOf(b)) || a.dataset.order - b.dataset.order);
  body.append(...rows);
}

// Figures begin with the largest, names with the first.
function turn(header) {
  const first = header.dataset.sort === 'number' ? 'descending' : 'ascending';
  const other = first === 'descending' ? 'ascending' : 'descending';
  const next = header.getAttribute('aria-sort') === first ? other : first;
  const table = header.closest('table');
  for (const each of table.tHead.querySelectorAll('[aria-sort]')) each.removeAttribute('aria-sort');
  header.setAttribute('aria-sort', next);
  sortRows(table, header.cellIndex, next === 'ascending' ? 1 : -1);
}

function makeSortable(table) {
  for (const header of table.tHead.querySelectorAll('[data-sort]')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener('click', () => turn(header));
  }
}

// A field that leaves only what has these words in its text, and says how much that is.
function addFilter(before, name, items, textOf) {
  if (items.length < 2) return null;
  const tools = document.createElement('div');
  tools.className = 'tools';
  const label = document.createElement('label');
  const field = document.createElement('input');
  field.type = 'search';
  field.spellcheck = false;
  const output = document.createElement('output');
  label.append(name, field);
  tools.append(label, output);
  before.before(tools);
  field.addEventListener('input', () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const item of items) {
      const text = textOf(item).toLowerCase();
      item.hidden = !words.every((word) => text.includes(word));
      if (!item.hidden) shown += 1;
    }
    output.textContent = words.length === 0 ? '' : `${shown} of ${items.length}`;
  });
  return tools;
}

function addFolding(tools, all) {
  for (const [name, open] of [['Unfold all', true], ['Fold all', false]]) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = name;
    button.addEventListener('click', () => {
      for (const details of all) details.open = open;
    });
    tools.append(button);
  }
}

// A link to a signature unfolds it.
function unfoldTarget() {
  const id = decodeURIComponent(location.hash.slice(1));
  const details = document.getElementById(id)?.querySelector(':scope.signature > details');
  if (details) details.open = true;
}

// A box that has nothing to scroll need not be a stop for the keyboard.
function updateStops() {
  for (const box of document.querySelectorAll('.scroll')) {
    box.tabIndex = box.scrollWidth > box.clientWidth ? 0 : -1;
  }
}

const signatures = Array.from(document.querySelectorAll('.signature'));
const folded = signatures.map((signature) => signature.querySelector('details'));

for (const table of document.querySelectorAll('.scroll > table')) makeSortable(table);
const endpoints = document.getElementById('endpoints-table');
if (endpoints) {
  addFilter(endpoints.parentElement, 'Filter', Array.from(endpoints.tBodies[0].rows),
    (row) => row.cells[0].textContent);
}
if (signatures.length > 0) {
  const tools = addFilter(signatures[0], 'Filter', signatures, (each) => each.textContent);
  if (tools) addFolding(tools, folded);
}
addEventListener('hashchange', unfoldTarget);
addEventListener('resize', updateStops);
addEventListener('beforeprint', () => {
  for (const details of folded) details.open = true;
});
unfoldTarget();
updateStops();
