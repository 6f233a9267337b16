/** The report of a clustering. */
import { formatSummary, plural } from '../diagnostics/summary.js';
import { InvalidOptionError } from '../errors.js';
import { sumOf } from '../numeric/vectors.js';
import type { ClusteringRecord } from './clustering-fit.js';
import type { ClusteringState } from './clustering-json.js';

/** How a kind of clustering is told to people. */
export interface ClusteringWords {
  /** 'K-means' */
  readonly name: string;
  /** what totalCost sums */
  readonly cost: string;
}

export function summarizeClustering(
  { name, cost }: ClusteringWords,
  { nClusters: k, nFeatures: d, centers }: ClusteringState,
  record: ClusteringRecord | undefined,
  featureNames: readonly string[] | undefined,
): string {
  if (featureNames !== undefined && featureNames.length !== d) {
    throw new InvalidOptionError(
      'featureNames',
      `featureNames must name all ${d} features; got ${featureNames.length}`,
    );
  }
  const names = featureNames ?? Array.from({ length: d }, (_, j) => `x${j}`);
  const counts = record === undefined ? [] : ['count'];
  return formatSummary({
    title: `${name}: ${plural(k, 'cluster')}, ${plural(d, 'feature')}`,
    facts: record === undefined ? [['distances', cost]] : fitFacts(cost, record),
    tables: [
      {
        title: 'Centers',
        corner: 'cluster',
        columns: [...counts, ...names],
        rows: Array.from({ length: k }, (_, i) => ({
          name: String(i),
          values: [
            ...(record === undefined ? [] : [record.clusterCounts[i] as number]),
            ...centers.subarray(i * d, (i + 1) * d),
          ],
        })),
      },
    ],
  });
}

function fitFacts(cost: string, record: ClusteringRecord): [string, string][] {
  const { totalCost, clusterCounts, nIter, converged, stopReason, restarts } = record;
  const weight = sumOf(clusterCounts);
  const facts: [string, string][] = [
    ['total cost', `${totalCost.toPrecision(10)} (${cost})`],
    ['mean cost', (totalCost / weight).toPrecision(10)],
    ['iterations', `${nIter}, ${converged ? 'converged' : 'not converged'} (${stopReason})`],
  ];
  const empty = clusterCounts.filter((count) => count === 0).length;
  if (empty > 0) facts.push(['empty clusters', String(empty)]);
  if (restarts.length > 1) facts.push(['starts', String(restarts.length)]);
  return facts;
}
