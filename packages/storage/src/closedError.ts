import { TinyObsError } from '@tinyobs/model';

/** For whoever asks something of a store after `close`. */
export function closedError(): TinyObsError {
  return new TinyObsError('store_closed', 'the store is closed');
}
