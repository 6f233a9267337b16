/** What all charts share. */

/** As the page's text; colours come from the page's variables, so that charts follow light and dark. */
export const CHART_STYLE = {
  fontSize: '12px',
  background: 'none',
  color: 'var(--ink)',
  fontFamily: 'inherit',
  overflow: 'visible',
} as const;

/** A chart as one picture with a name and a description: labels that Plot gives its parts have no roles to stand on. */
export function asPicture(chart: SVGElement | HTMLElement): SVGElement | HTMLElement {
  for (const part of chart.querySelectorAll('[aria-label], [aria-description]')) {
    part.removeAttribute('aria-label');
    part.removeAttribute('aria-description');
  }
  chart.setAttribute('role', 'img');
  return chart;
}
