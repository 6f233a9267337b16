// The README's picture, drawn from a fit: points by responsibility, ellipses at one and two standard deviations.
import { readFileSync } from 'node:fs';

const WIDTH = 720;
const HEIGHT = 440;
const FRAME = { left: 58, right: 20, top: 20, bottom: 52 };
const X = { from: 1.3, to: 5.4, ticks: [2, 3, 4, 5], title: 'eruption, minutes' };
const Y = { from: 40, to: 100, ticks: [40, 50, 60, 70, 80, 90, 100], title: 'waiting for the next, minutes' };
// both stand out on white and on near-black, and in all common kinds of colour blindness
const COLOURS = [
  [232, 119, 34],
  [47, 129, 247],
];

const across = (value) => FRAME.left + ((value - X.from) / (X.to - X.from)) * (WIDTH - FRAME.left - FRAME.right);
const down = (value) =>
  HEIGHT - FRAME.bottom - ((value - Y.from) / (Y.to - Y.from)) * (HEIGHT - FRAME.top - FRAME.bottom);
const xScale = across(1) - across(0);
const yScale = down(1) - down(0);

const short = (value) => String(Number(value.toFixed(2)));
const colour = (share) =>
  `rgb(${COLOURS[0].map((c, i) => Math.round(c * share + COLOURS[1][i] * (1 - share))).join(' ')})`;

/** Ellipse of a covariance in pixels: half axes from its eigenvalues, the angle from its eigenvectors. */
function ellipse(mean, [[a, b], [, c]], deviations, stroke) {
  const p = a * xScale * xScale;
  const q = b * xScale * yScale;
  const r = c * yScale * yScale;
  const middle = (p + r) / 2;
  const spread = Math.sqrt(((p - r) / 2) * ((p - r) / 2) + q * q);
  const [major, minor] = [middle + spread, middle - spread].map((variance) => short(deviations * Math.sqrt(variance)));
  const angle = short((Math.atan2(2 * q, p - r) * 90) / Math.PI);
  const [cx, cy] = [short(across(mean[0])), short(down(mean[1]))];
  return `<ellipse cx="${cx}" cy="${cy}" rx="${major}" ry="${minor}" transform="rotate(${angle} ${cx} ${cy})" stroke="${stroke}"/>`;
}

/** SVG of the two-component fit to examples/data/faithful.csv; the same text on every machine. */
export async function faithfulSvg() {
  const { GaussianMixture } = await import(new URL('../../dist/index.js', import.meta.url).href);
  const [, ...lines] = readFileSync(new URL('../../examples/data/faithful.csv', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  const rows = lines.map((line) => line.split(',').map(Number));
  const { means, weights, covariances, predictProba } = fitInOrder(GaussianMixture, rows);

  const points = rows.map(
    ([x, y], i) =>
      `<circle cx="${short(across(x))}" cy="${short(down(y))}" r="3.2" fill="${colour(predictProba[i])}"/>`,
  );
  const shapes = [0, 1].flatMap((k) => [1, 2].map((s) => ellipse(means[k], covariances[k], s, colour(1 - k))));
  const labels = [0, 1].map((k) => {
    const [x, y] = k === 0 ? [means[0][0] + 0.1, 73] : [means[1][0] + 0.1, 98];
    return `<text class="name" x="${short(across(x))}" y="${short(down(y))}" fill="${colour(1 - k)}">weight ${weights[k].toFixed(2)}</text>`;
  });
  const bottom = HEIGHT - FRAME.bottom;
  const axes = [
    ...X.ticks.map((t) => `<line x1="${short(across(t))}" x2="${short(across(t))}" y1="${FRAME.top}" y2="${bottom}"/>`),
    ...Y.ticks.map(
      (t) => `<line x1="${FRAME.left}" x2="${WIDTH - FRAME.right}" y1="${short(down(t))}" y2="${short(down(t))}"/>`,
    ),
  ];
  const numbers = [
    ...X.ticks.map((t) => `<text x="${short(across(t))}" y="${bottom + 18}" text-anchor="middle">${t}</text>`),
    ...Y.ticks.map((t) => `<text x="${FRAME.left - 8}" y="${short(down(t) + 4)}" text-anchor="end">${t}</text>`),
    `<text x="${(FRAME.left + WIDTH - FRAME.right) / 2}" y="${HEIGHT - 12}" text-anchor="middle">${X.title}</text>`,
    `<text transform="rotate(-90)" x="${-(FRAME.top + bottom) / 2}" y="16" text-anchor="middle">${Y.title}</text>`,
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title">
<title id="title">272 eruptions of Old Faithful: duration and waiting time, with the two fitted Gaussians</title>
<style>
text { font: 13px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #7a828c }
.name { font-weight: 600 }
${[0, 1].map((k) => `.name[fill="${colour(1 - k)}"] { fill: ${colour(1 - k)} }`).join('\n')}
.grid line { stroke: #7a828c; stroke-opacity: .25 }
.points circle { fill-opacity: .75 }
.fit ellipse { fill: none; stroke-width: 2 }
</style>
<g class="grid">
${axes.join('\n')}
</g>
<g>
${numbers.join('\n')}
</g>
<g class="points">
${points.join('\n')}
</g>
<g class="fit">
${shapes.join('\n')}
${labels.join('\n')}
</g>
</svg>
`;
}

/** The fit with the short eruptions first, whatever order the start gave. */
function fitInOrder(GaussianMixture, rows) {
  const model = GaussianMixture.fit(rows, { nComponents: 2, seed: 1 });
  const { weights, means, covariances } = model.toJSON();
  const order = means[0][0] < means[1][0] ? [0, 1] : [1, 0];
  const responsibilities = model.predictProba(rows);
  const pick = (values) => order.map((k) => values[k]);
  return {
    weights: pick(weights),
    means: pick(means),
    covariances: pick(covariances),
    predictProba: rows.map((_, i) => responsibilities[2 * i + order[0]]),
  };
}
