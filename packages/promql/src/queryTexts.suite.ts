import fc from 'fast-check';

const texts = fc.letrec<{ vectorText: string; scalarText: string; rangeText: string }>((tie) => {
  const label = fc.constantFrom('job', 'le', '__name__', '"a.b"');
  const quoted = fc.string().map((text) => JSON.stringify(text.replace(/[\ud800-\udfff]/g, '')));
  const modifier = fc.constantFrom(
    '',
    ' offset 5m',
    ' offset -1h',
    ' @ 12.345',
    ' @ end() offset 90s',
    ' @ -3',
    ' offset (2 * 45s + 1)',
    ' offset -max_of(30s, 10 % 4)',
  );
  const job = fc.oneof(fc.constantFrom('"a"', '"b"', '""'), quoted);
  const rangeFunction = fc.constantFrom(
    ...'rate increase delta irate idelta deriv changes resets absent_over_time avg_over_time sum_over_time'.split(
      ' ',
    ),
    ...'max_over_time stddev_over_time last_over_time count_over_time ts_of_min_over_time'.split(' '),
  );
  const valueFunction = fc.constantFrom(
    ...'abs ceil exp ln sgn atan absent timestamp day_of_month sort_desc'.split(' '),
  );
  const aggregate = fc.constantFrom(...'sum avg min max count group stddev stdvar'.split(' '));
  const selector = fc
    .tuple(fc.constantFrom('up', 'a:b', 'sum'), fc.constantFrom('=', '!='), job)
    .map(([name, op, value]) => `${name}{job${op}${value},"x y"!~"b|c"}`);
  const matching = fc.constantFrom(
    '',
    ' on (job)',
    ' ignoring (le)',
    ' on (job) group_left (le)',
    ' ignoring () group_right ()',
    ' ignoring (le) fill (2)',
    ' on (job) group_left (le) fill_left (NaN) fill_right (-3)',
    ' on (job) group_right (le) fill_left (0)',
  );
  const edges = fc.constantFrom('anchored', 'smoothed');
  return {
    scalarText: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom('1', '-2.5', '1e-9', '0x10', 'Inf', 'NaN', '5m', '1d12h'),
      fc
        .tuple(tie('scalarText'), fc.constantFrom('+', '^', '== bool'), tie('scalarText'))
        .map((parts) => parts.join(' ')),
      tie('vectorText').map((text) => `scalar(${text})`),
    ),
    rangeText: fc.oneof(
      { maxDepth: 3 },
      fc.tuple(selector, modifier).map(([text, after]) => `${text}[5m]${after}`),
      fc.tuple(selector, modifier).map(([text, after]) => `${text}[2m ^ 1 + min_of(-5s, 1h / 2)]${after}`),
      fc.tuple(tie('vectorText'), modifier).map(([text, after]) => `(${text})[1h:30s]${after}`),
    ),
    vectorText: fc.oneof(
      { maxDepth: 4 },
      fc.tuple(selector, modifier).map((parts) => parts.join('')),
      fc.tuple(selector, modifier).map(([text, after]) => `${text} smoothed${after}`),
      fc
        .tuple(fc.constantFrom('rate', 'increase', 'delta'), selector, edges, modifier)
        .map(([name, text, how, after]) => `${name}(${text}[3m] ${how}${after})`),
      fc
        .tuple(fc.constantFrom('changes', 'resets'), selector, modifier)
        .map(([name, text, after]) => `${name}(${text}[3m] anchored${after})`),
      fc.tuple(tie('scalarText'), tie('vectorText')).map(([k, text]) => `limitk by (le) (${k}, ${text})`),
      fc.tuple(tie('scalarText'), tie('vectorText')).map(([r, text]) => `limit_ratio(${r}, ${text})`),
      tie('vectorText').map((text) => `info(${text}, {__name__="sum",le=~".*"})`),
      fc
        .tuple(tie('scalarText'), tie('scalarText'), tie('vectorText'))
        .map(([low, high, text]) => `histogram_fraction(${low}, ${high}, ${text})`),
      fc
        .tuple(tie('scalarText'), tie('vectorText'))
        .map(([q, text]) => `histogram_quantiles(${text}, "q", ${q}, 0.5)`),
      fc.tuple(rangeFunction, tie('rangeText')).map(([name, text]) => `${name}(${text})`),
      fc.tuple(valueFunction, tie('vectorText')).map(([name, text]) => `${name}(${text})`),
      fc.tuple(tie('scalarText'), tie('vectorText')).map(([low, text]) => `clamp_min(${text}, ${low})`),
      fc.tuple(tie('scalarText'), tie('vectorText')).map(([q, text]) => `histogram_quantile(${q}, ${text})`),
      fc.tuple(tie('scalarText'), tie('vectorText')).map(([q, text]) => `quantile(${q}, ${text})`),
      fc.tuple(tie('scalarText'), tie('rangeText')).map(([q, text]) => `quantile_over_time(${q}, ${text})`),
      fc
        .tuple(aggregate, fc.constantFrom('by', 'without'), label, tie('vectorText'))
        .map(([op, how, name, text]) => `${op} ${how} (${name}) (${text})`),
      fc.tuple(tie('scalarText'), tie('vectorText')).map(([k, text]) => `topk by (job) (${k}, ${text})`),
      fc
        .tuple(
          tie('vectorText'),
          fc.constantFrom('+', '>', '> bool', '^', 'atan2'),
          matching,
          tie('vectorText'),
        )
        .map(([left, op, how, right]) => `${left} ${op}${how} ${right}`),
      fc
        .tuple(tie('vectorText'), fc.constantFrom('and', 'or', 'unless on (job)'), tie('vectorText'))
        .map((parts) => parts.join(' ')),
      tie('vectorText').map((text) => `-${text}`),
      tie('vectorText').map((text) => `(${text})`),
      quoted.map((text) => `label_replace(up, "a", ${text}, "b", "c")`),
    ),
  };
});

/** Texts of instant vectors of all kinds, over the metrics `up`, `a:b` and `sum`. */
export const vectorText = texts.vectorText;
