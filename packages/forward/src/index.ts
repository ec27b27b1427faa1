export type { DestinationConfig } from './config/destinationConfig.js';
export type { DestinationStatus } from './destination/destination.js';
export { DROP_REASONS, type DropReason } from './destination/figures.js';
export type { CommittedRead, CommittedRecord, Source } from './destination/source.js';
export { destinationNames, Forwarder, type ForwarderOptions, type ForwardSettings } from './forwarder.js';
export { FORWARDED_BY_HEADER } from './send/sender.js';
