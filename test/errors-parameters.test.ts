/** Bad starts: parameters, labels, responsibilities; and data that have no mixture. */
import {
  DegenerateComponentError,
  InvalidParametersError,
  NotPositiveDefiniteError,
  ZeroDensityError,
} from '../src/index.js';
import { checkFaults, eye, type Fault, fitWith, means, X } from './helpers/faults.js';

const parameters: Fault[] = (
  [
    [
      'weights that do not sum to 1',
      { weights: [0.5, 0.6], means },
      /weights must sum to 1 \(within 1e-8\); they sum to 1\.1.*divide/,
      undefined,
    ],
    ['weights off by 2e-8', { weights: [0.5, 0.50000002], means }, /must sum to 1/, undefined],
    ['a negative weight', { weights: [1.5, -0.5], means }, /not be negative; got -0.5 for component 1/, 1],
    ['too few weights', { weights: [1], means }, /weights must have shape 2/, undefined],
    ['means of a wrong number', { means: [[0, 0]] }, /means must have shape 2 × 2 .*got length 1/, undefined],
    ['means of a wrong width', { means: [[0], [1]] }, /shape 2 × 2.*got length 1/, undefined],
    [
      'a mean that is not finite',
      {
        means: [
          [0, Number.NaN],
          [1, 1],
        ],
      },
      /finite numbers; got NaN/,
      undefined,
    ],
    ['covariances of a wrong shape', { means, covariances: [eye] }, /covariances must have shape 2 × 2 × 2/, undefined],
    [
      'a covariance asymmetric by a millionth',
      {
        means,
        covariances: [
          [
            [1, 0.5],
            [0.500001, 1],
          ],
          eye,
        ],
      },
      /symmetric; component 0/,
      0,
    ],
    [
      'an asymmetric covariance',
      {
        means,
        covariances: [
          eye,
          [
            [1, 0.5],
            [0.4, 1],
          ],
        ],
      },
      /symmetric; component 1 has 0.4 at \(1, 0\) but 0.5 at \(0, 1\)/,
      1,
    ],
  ] as const
).map(
  ([what, initialParameters, message, component]): Fault => ({
    what,
    call: fitWith({ initialParameters }),
    error: InvalidParametersError,
    code: 'INVALID_PARAMETERS',
    message,
    place: { component },
  }),
);

const starts: Fault[] = (
  [
    [{ labels: [0, 1] }, /one label per row: expected 60, got 2/],
    [{ labels: new Array(60).fill(2) }, /integers from 0 to 1; got 2 at row 0/],
    [{ labels: new Array(60).fill(0.5) }, /integers from 0 to 1; got 0.5 at row 0/],
    [{ responsibilities: [[1, 0]] }, /responsibilities must have shape 60 × 2/],
    [{ responsibilities: new Array(60).fill([0.5, 0.6]) }, /sum to 1 in every row; row 0 sums to 1.1/],
    [{ responsibilities: new Array(60).fill([1.5, -0.5]) }, /not be negative; got -0.5 at row 0, component 1/],
  ] as const
).map(
  ([init, message]): Fault => ({
    what: `init ${JSON.stringify(init).slice(0, 30)}`,
    call: fitWith({ init }),
    error: InvalidParametersError,
    code: 'INVALID_PARAMETERS',
    message,
  }),
);

const others: Fault[] = [
  {
    what: 'an initial covariance that is not positive definite',
    call: fitWith({
      initialParameters: {
        means,
        covariances: [
          eye,
          [
            [1, 2],
            [2, 1],
          ],
        ],
      },
    }),
    error: NotPositiveDefiniteError,
    code: 'NOT_POSITIVE_DEFINITE',
    message: /component 1 is not positive definite: pivot 1 .*positive definite matrix/,
    place: { component: 1, pivot: 1 },
  },
  {
    what: 'a singular initial covariance',
    call: fitWith({
      covarianceType: 'tied',
      initialParameters: {
        means,
        covariances: [
          [1, 1],
          [1, 1],
        ],
      },
    }),
    error: NotPositiveDefiniteError,
    code: 'NOT_POSITIVE_DEFINITE',
    message: /not positive definite/,
    place: { pivot: 1 },
  },
  {
    what: 'a variance of 0',
    call: fitWith({
      covarianceType: 'diag',
      initialParameters: {
        means,
        covariances: [
          [1, 1],
          [1, 0],
        ],
      },
    }),
    error: InvalidParametersError,
    code: 'INVALID_PARAMETERS',
    message: /variances must be positive; got 0 for component 1, feature 1/,
    place: { component: 1 },
  },
  {
    what: 'constant data without regularisation',
    call: fitWith({ regCovar: 0, nComponents: 1 }, [
      [1, 2],
      [1, 3],
      [1, 4],
    ]),
    error: DegenerateComponentError,
    code: 'DEGENERATE_COMPONENT',
    message: /: the variance of feature 0 is 0; drop columns.*pass regCovar as a number.*initialisation/,
    place: { component: 0, iteration: 0, parameters: undefined },
  },
  {
    what: 'collinear columns without regularisation',
    call: fitWith(
      { regCovar: 0, nComponents: 1 },
      X.map(([a, b]) => [a!, b!, a! + b!]),
    ),
    error: DegenerateComponentError,
    code: 'DEGENERATE_COMPONENT',
    message: /regCovar/,
    place: { component: 0, iteration: 0 },
  },
  {
    what: 'an outlier beyond every density',
    call: fitWith(
      {
        initialParameters: {
          means: [
            [0, 0],
            [1, 1],
          ],
          covariances: [
            [1e-300, 0],
            [0, 1e-300],
          ],
        },
        covarianceType: 'tied',
      },
      [...X, [1e100, 0]],
    ),
    error: ZeroDensityError,
    code: 'ZERO_DENSITY',
    message: /row 60 .*density.*(remove|scale)/,
  },
];

checkFaults([...parameters, ...starts, ...others]);
