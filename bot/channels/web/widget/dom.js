// Makes elements. What comes from outside goes in as text, so markup in it stays text.

export function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value || value === 0) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter(Boolean));
  return node;
}

// A tree of [tag, attributes, ...children]: shapes and words, nothing that runs, loads or leads elsewhere.
export function draw([tag, attributes, ...children]) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", /^(svg|title|desc|path|circle|rect|t(ext|span))$/.test(tag) ? tag : "g");
  for (const name in attributes) if (!/^on|^style|href/i.test(name)) node.setAttribute(name, attributes[name]);
  node.append(...children.map((child) => (Array.isArray(child) ? draw(child) : child)));
  return node;
}

export const icon = (d) => draw(["svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" }, ["path", { d }]]);

export function sheet(css) {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}
