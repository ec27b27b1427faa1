import type { EmbedAddress } from '../state/embedAddress.js';
import type { Panel } from './dashboards.js';
import { getOwn, sendOwn } from './request.js';
import type { Grid, QueryData } from './types.js';

type PanelPlace = Pick<EmbedAddress, 'dashboard' | 'panel'>;

/** A panel for those who may see no more: with variables in its texts, and what is chosen of them. */
export interface EmbeddedPanel {
  readonly panel: Panel;
  readonly values: EmbedAddress['values'];
}

/** A link to a panel that shows it without another key. */
export interface Grant {
  readonly id: string;
  readonly status: 'valid' | 'expired' | 'revoked';
  /** RFC 3339, as all times. */
  readonly created: string;
  readonly expires: string;
  readonly values: EmbedAddress['values'];
}

export interface Grants {
  readonly grants: readonly Grant[];
  /** Origins whose pages may have a panel in a frame. */
  readonly embedOrigins: readonly string[];
}

/** @throws {ApiError} any code, of this and all below */
export function readEmbedded(address: EmbedAddress, signal: AbortSignal): Promise<EmbeddedPanel> {
  return getOwn<EmbeddedPanel>(embedPath(address), valuesOf(address), signal);
}

/** What the query of that number answers over the grid; the server knows its text. */
export async function readEmbeddedData(
  address: EmbedAddress,
  { number, grid }: { readonly number: number; readonly grid: Grid },
  signal: AbortSignal,
): Promise<QueryData> {
  const params = valuesOf(address);
  params.set('query', String(number));
  params.set('start', String(grid.startSec));
  params.set('end', String(grid.endSec));
  params.set('step', String(grid.stepSec));
  return (await getOwn<{ data: QueryData }>(`${embedPath(address)}/data`, params, signal)).data;
}

export function listGrants(place: PanelPlace, signal: AbortSignal): Promise<Grants> {
  return getOwn<Grants>(grantsPath(place), new URLSearchParams(), signal);
}

/** `key` is in this answer and never again. */
export function createGrant(
  place: PanelPlace,
  wanted: { readonly values: EmbedAddress['values']; readonly expires: string },
): Promise<Grant & { readonly key: string }> {
  return sendOwn('POST', grantsPath(place), wanted);
}

export function revokeGrant(place: PanelPlace, id: string): Promise<Grant> {
  return sendOwn('DELETE', `${grantsPath(place)}/${id}`);
}

function valuesOf({ values }: EmbedAddress): URLSearchParams {
  return new URLSearchParams(
    Object.entries(values).flatMap(([name, chosen]) => chosen.map((value) => [`var-${name}`, value])),
  );
}

function embedPath({ dashboard, panel }: PanelPlace): string {
  return `embed/${dashboard}/${panel}`;
}

function grantsPath({ dashboard, panel }: PanelPlace): string {
  return `dashboards/${dashboard}/panels/${panel}/grants`;
}
