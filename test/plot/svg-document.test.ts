import { describe, expect, it } from 'vitest';
import { ellipse } from '../../src/plot/ellipse.js';
import { SvgDocument, type SvgElement } from '../../src/plot/svg-document.js';
import { newDocument, Plot, parse } from './helpers.js';

/** Names, attributes and texts, whatever their order and whatever digits lie below a hundredth. */
function tree(node: Element): unknown {
  const round = (text: string) =>
    text.replace(/-?\d+\.\d+/g, (number) => String(Number(Number(number).toFixed(2)) + 0));
  const attributes = [...node.attributes].map(({ name, value }) => [name, round(value)]).sort();
  const children = [...node.children].map(tree);
  return [node.tagName, attributes, children.length > 0 ? children : node.textContent];
}

describe('SvgDocument', () => {
  it('gets the same picture out of the plotting library as a DOM does', () => {
    const points = Array.from({ length: 30 }, (_, i) => ({
      x: i / 7,
      y: ((i * 37) % 30) / 3,
      c: i % 2 ? '#0072b2' : '#d55e00',
    }));
    const options = () => ({
      x: { label: 'a & b' },
      marks: [
        Plot.gridX(),
        Plot.areaY(points, { x: 'x', y: 'y', fillOpacity: 0.2 }),
        Plot.line(points, { x: 'x', y: 'y' }),
        Plot.dot(points, { x: 'x', y: 'y', fill: 'c', symbol: 'square' }),
        Plot.rect(points, { x1: 'x', x2: (p: { x: number }) => p.x + 0.1, y1: 0, y2: 'y' }),
        Plot.ruleY([0]),
        Plot.text(points, { x: 'x', y: 'y', text: () => 'two\nlines <' }),
        Plot.contour(points, { x: 'x', y: 'y', fill: 'y', interpolate: 'nearest', thresholds: [3, 6] }),
      ],
    });
    const own = Plot.plot({ ...options(), document: new SvgDocument() as never }) as unknown as SvgElement;
    const dom = Plot.plot({ ...options(), document: newDocument() });
    own.setAttribute('xmlns', own.namespaceURI);
    dom.setAttribute('xmlns', own.namespaceURI);
    expect(tree(parse(own.outerHTML))).toEqual(tree(parse(dom.outerHTML)));
  });

  it('removes what is a child, and nothing else', () => {
    const document = new SvgDocument();
    const [parent, child, other] = ['g', 'path', 'text'].map((name) => document.createElementNS('', name));
    parent!.appendChild(child!);
    expect(() => parent!.removeChild(other!)).toThrow(/not a child/);
    parent!.insertBefore(other!, child!);
    expect(parent!.outerHTML).toBe('<g><text/><path/></g>');
    parent!.removeChild(child!);
    expect(parent!.outerHTML).toBe('<g><text/></g>');
  });
});

describe('ellipse', () => {
  it('meets the ends of both half axes, along the eigenvectors', () => {
    // eigenvalues 9 and 1, the greater along (3, 4)/5
    const covariance = { xx: (9 * 9 + 16) / 25, xy: (8 * 12) / 25, yy: (9 * 16 + 9) / 25 };
    const points = ellipse([10, -5], covariance, 2).map(([x, y]) => [x - 10, y + 5]);
    const radii = points.map(([x, y]) => Math.hypot(x!, y!));
    expect(Math.max(...radii)).toBeCloseTo(6, 12);
    expect(Math.min(...radii)).toBeCloseTo(2, 12);
    const [x, y] = points[radii.indexOf(Math.max(...radii))]!;
    expect(Math.abs((x! * 3 + y! * 4) / 5)).toBeCloseTo(6, 12);
    const [u, v] = points[radii.indexOf(Math.min(...radii))]!;
    expect(Math.abs((u! * -4 + v! * 3) / 5)).toBeCloseTo(2, 12);
  });

  it('a covariance without extent in one direction is a line', () => {
    for (const [x, y] of ellipse([0, 0], { xx: 1, xy: 1, yy: 1 }, 1)) expect(x).toBeCloseTo(y, 12);
  });
});

describe('SvgElement', () => {
  const element = (name = 'g') => new SvgDocument().createElementNS('', name);

  it('adds to its style, and keeps, tells and removes attributes', () => {
    const one = element();
    expect(one.hasAttribute('style')).toBe(false);
    one.style.setProperty('color', 'red');
    one.style.setProperty('--gap', 2);
    expect(one.getAttribute('style')).toBe('color: red; --gap: 2;');
    one.removeAttribute('style');
    expect(one.getAttribute('style')).toBeNull();
  });

  it('puts children before others, last, and takes them away', () => {
    const [parent, a, b, c] = [element(), element('a'), element('b'), element('c')];
    parent.appendChild(b);
    parent.insertBefore(a, b);
    parent.insertBefore(c, null);
    parent.appendChild('text');
    expect(parent.children.map(({ tagName }) => tagName)).toEqual(['a', 'b', 'c']);
    expect(parent.textContent).toBe('text');
    parent.removeChild(b);
    expect(parent.outerHTML).toBe('<g><a/><c/>text</g>');
    expect(() => parent.removeChild(b)).toThrow('<b> is not a child of <g>');
    expect(() => parent.insertBefore(b, b)).toThrow('<b> is not a child of <g>');
    a.textContent = 3;
    expect(parent.textContent).toBe('3text');
  });
});
