import { TinyObsError } from '@tinyobs/model';

/**
 * Refuses what a later TinyObs wrote. Called for values whose checksum is right, so this is no damage: whatever
 * takes the error for some must not set the value aside.
 *
 * @throws TinyObsError `store_version`
 */
export function requireVersion(
  what: string,
  version: { readonly found: number; readonly supported: number },
): void {
  if (version.found === version.supported) return;
  throw new TinyObsError(
    'store_version',
    `${what} has version ${version.found}, this TinyObs reads version ${version.supported}: ` +
      'upgrade TinyObs to the release that wrote it, or use another data folder',
    { details: { ...version } },
  );
}
