import { SERIES_AT_HAND_MAX } from '../constants.js';

/** What exchanges have in common that are counted in the same series. */
export interface Alike {
  readonly method: string;
  readonly scheme: 'http' | 'https';
  readonly route: string | undefined;
  readonly status: number | undefined;
}

/**
 * The series that exchanges are counted in, made for the first of them and then at hand, which is quicker than to find
 * each of several by its labels. Of those past a limit none is kept.
 */
export class SeriesAtHand<Series> {
  readonly #make: (alike: Alike) => Series;
  /** By route, of which an app has many; of the rest there are few combinations. */
  readonly #byRoute = new Map<string | undefined, { readonly alike: Alike; readonly series: Series }[]>();
  #count = 0;

  constructor(make: (alike: Alike) => Series) {
    this.#make = make;
  }

  of(alike: Alike): Series {
    const known = this.#byRoute.get(alike.route);
    if (known !== undefined) {
      for (const one of known) if (isSame(one.alike, alike)) return one.series;
    }
    const series = this.#make(alike);
    if (this.#count < SERIES_AT_HAND_MAX) {
      this.#count++;
      if (known === undefined) this.#byRoute.set(alike.route, [{ alike, series }]);
      else known.push({ alike, series });
    }
    return series;
  }
}

/** Of exchanges of one route. */
function isSame(one: Alike, other: Alike): boolean {
  return one.status === other.status && one.method === other.method && one.scheme === other.scheme;
}
