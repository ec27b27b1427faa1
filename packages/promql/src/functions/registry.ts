import { ABSENCE_FUNCTIONS } from './absence.js';
import { CLAMP_FUNCTIONS } from './clamps.js';
import { DATE_FUNCTIONS } from './dates.js';
import type { FunctionDefinition } from './definition.js';
import { HISTOGRAM_FUNCTIONS } from './histograms.js';
import { INFO_FUNCTIONS } from './info.js';
import { LABEL_FUNCTIONS } from './labelFunctions.js';
import { MATHS_FUNCTIONS } from './maths.js';
import { OVER_TIME_FUNCTIONS } from './overTime.js';
import { RATE_FUNCTIONS } from './rates.js';
import { SCALAR_FUNCTIONS } from './scalars.js';
import { SORT_FUNCTIONS } from './sorting.js';

/** Every function of the language by name: its signature and its implementation. */
export const FUNCTIONS: ReadonlyMap<string, FunctionDefinition> = new Map(
  [
    ABSENCE_FUNCTIONS,
    CLAMP_FUNCTIONS,
    DATE_FUNCTIONS,
    HISTOGRAM_FUNCTIONS,
    INFO_FUNCTIONS,
    LABEL_FUNCTIONS,
    MATHS_FUNCTIONS,
    OVER_TIME_FUNCTIONS,
    RATE_FUNCTIONS,
    SCALAR_FUNCTIONS,
    SORT_FUNCTIONS,
  ].flatMap((family) => family.map((definition) => [definition.name, definition] as const)),
);
