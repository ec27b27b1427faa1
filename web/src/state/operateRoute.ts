/** Health of a target, or that relabelling dropped it. */
export const HEALTH_CHOICES = ['all', 'down', 'unknown', 'up', 'dropped'] as const;
export type HealthChoice = (typeof HEALTH_CHOICES)[number];

export const TARGET_TABS = ['scraped', 'pushed'] as const;
export const STATUS_TABS = ['store', 'queries', 'configuration', 'audit', 'keys'] as const;
export const GROWTH_SPANS = ['hour', 'day'] as const;

export interface TargetsView {
  readonly screen: 'targets';
  readonly tab: (typeof TARGET_TABS)[number];
  readonly health: HealthChoice;
  /** '' for all. */
  readonly pool: string;
  /** What is looked for in addresses, labels and errors. */
  readonly text: string;
  /** Those whose details are shown, by their ids. */
  readonly open: readonly string[];
}

export interface CardinalityView {
  readonly screen: 'cardinality';
  /** The metric that is looked at in depth, '' for none. */
  readonly metric: string;
  /** The label whose values are listed, '' for none. */
  readonly label: string;
  /** Over which time what is new is counted. */
  readonly since: (typeof GROWTH_SPANS)[number];
}

export interface StatusView {
  readonly screen: 'status';
  readonly tab: (typeof STATUS_TABS)[number];
  /** What is looked for in the rows of the tab. */
  readonly text: string;
}

/** What the URL says of a screen of who looks after the server. */
export type OperateView = TargetsView | CardinalityView | StatusView;

/** What is absent or unreadable takes its default: the first of the choices. */
export function parseOperate(screen: OperateView['screen'], params: URLSearchParams): OperateView {
  const text = (name: string): string => params.get(name) ?? '';
  switch (screen) {
    case 'targets':
      return {
        screen,
        tab: choiceOf(TARGET_TABS, text('tab')),
        health: choiceOf(HEALTH_CHOICES, text('health')),
        pool: text('pool'),
        text: text('text'),
        open: params.getAll('open'),
      };
    case 'cardinality':
      return {
        screen,
        metric: text('metric'),
        label: text('label'),
        since: choiceOf(GROWTH_SPANS, text('since')),
      };
    case 'status':
      return { screen, tab: choiceOf(STATUS_TABS, text('tab')), text: text('text') };
  }
}

/** The inverse of `parseOperate`. */
export function writeOperate({ screen, ...view }: OperateView, params: URLSearchParams): void {
  const defaults: Readonly<Record<string, unknown>> = { ...parseOperate(screen, new URLSearchParams()) };
  for (const name of NAMES[screen]) {
    const value = (view as Readonly<Record<string, string | readonly string[]>>)[name];
    if (typeof value !== 'string') for (const one of value) params.append(name, one);
    else if (value !== defaults[name]) params.set(name, value);
  }
}

/** What of a route is the screen's own, in the order in which links have it. */
const NAMES: Readonly<Record<OperateView['screen'], readonly string[]>> = {
  targets: ['tab', 'health', 'pool', 'text', 'open'],
  cardinality: ['metric', 'label', 'since'],
  status: ['tab', 'text'],
};

function choiceOf<Choice extends string>(choices: readonly Choice[], text: string): Choice {
  return choices.find((choice) => choice === text) ?? choices[0];
}
