/**
 * As much of a DOM as a plotting library needs to write SVG: the same text in Node, in workers and in pages, and no DOM library
 * to install. `test/plot/svg-document.test.ts` compares what it writes with jsdom.
 */

const SVG = 'http://www.w3.org/2000/svg';

/** Attributes that hold places and lengths: two decimals of a pixel are enough, and are the same on every engine. */
const GEOMETRY = new Set(['x', 'y', 'x1', 'x2', 'y1', 'y2', 'cx', 'cy', 'r', 'd', 'width', 'height', 'transform']);

export class SvgElement {
  readonly namespaceURI = SVG;
  readonly tagName: string;
  readonly ownerDocument: SvgDocument;
  readonly #attributes = new Map<string, string>();
  readonly #children: (SvgElement | string)[] = [];

  constructor(tagName: string, ownerDocument: SvgDocument) {
    this.tagName = tagName;
    this.ownerDocument = ownerDocument;
  }

  /** Inline style, as `style` attribute. */
  readonly style = {
    setProperty: (name: string, value: unknown): void => {
      const before = this.getAttribute('style');
      this.setAttribute('style', `${before === null ? '' : `${before} `}${name}: ${value};`);
    },
  };

  getAttribute(name: string): string | null {
    return this.#attributes.get(name) ?? null;
  }
  hasAttribute(name: string): boolean {
    return this.#attributes.has(name);
  }
  setAttribute(name: string, value: unknown): void {
    this.#attributes.set(name, String(value));
  }
  removeAttribute(name: string): void {
    this.#attributes.delete(name);
  }
  appendChild<T extends SvgElement | string>(child: T): T {
    this.#children.push(child);
    return child;
  }
  /** Before `next`, or last if that is null, as selections of entering data call it. */
  insertBefore<T extends SvgElement>(child: T, next: SvgElement | null): T {
    if (next === null || next === undefined) return this.appendChild(child);
    this.#children.splice(this.#children.indexOf(next), 0, child);
    return child;
  }
  removeChild(child: SvgElement): SvgElement {
    this.#children.splice(this.#children.indexOf(child), 1);
    return child;
  }
  get children(): readonly SvgElement[] {
    return this.#children.filter((child) => typeof child !== 'string');
  }
  get textContent(): string {
    return this.#children.map((child) => (typeof child === 'string' ? child : child.textContent)).join('');
  }
  set textContent(text: unknown) {
    this.#children.length = 0;
    this.#children.push(String(text));
  }

  get outerHTML(): string {
    const attributes = Array.from(this.#attributes, ([name, value]) => {
      const text = GEOMETRY.has(name) ? shortNumbers(value) : value;
      return ` ${name}="${escapeText(text).replaceAll('"', '&quot;')}"`;
    }).join('');
    const inside = this.#children.map((child) => (typeof child === 'string' ? escapeText(child) : child.outerHTML));
    const end = inside.length === 0 ? '/>' : `>${inside.join('')}</${this.tagName}>`;
    return `<${this.tagName}${attributes}${end}`;
  }
}

export class SvgDocument {
  /** what the library asks for the document's kind of elements */
  readonly documentElement: SvgElement = new SvgElement('svg', this);

  createElementNS(_namespace: string, name: string): SvgElement {
    return new SvgElement(name, this);
  }
  createTextNode(text: string): string {
    return text;
  }
}

function shortNumbers(text: string): string {
  return text.replace(/-?\d+\.\d{3,}(?:e[+-]?\d+)?/g, (number) => String(Number(Number(number).toFixed(2))));
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
