import type { Unit } from '../../chart/units.js';

/** Units of Grafana that mean the same as one of ours. */
const UNITS: Readonly<Record<string, Unit>> = {
  none: 'none',
  short: 'none',
  locale: 'none',
  bytes: 'bytes',
  decbytes: 'bytes',
  Bps: 'bytesPerSecond',
  binBps: 'bytesPerSecond',
  s: 'seconds',
  dtdurations: 'seconds',
  ms: 'milliseconds',
  dtdurationms: 'milliseconds',
  percent: 'percent',
  percentunit: 'ratio',
  reqps: 'perSecond',
  rps: 'perSecond',
  ops: 'perSecond',
  cps: 'perSecond',
  iops: 'perSecond',
  wps: 'perSecond',
  pps: 'perSecond',
};

/** Null for one that we do not have. */
export function unitOf(grafanaUnit: string): Unit | null {
  return Object.hasOwn(UNITS, grafanaUnit) ? UNITS[grafanaUnit] : null;
}
