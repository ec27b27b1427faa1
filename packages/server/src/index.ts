export { TinyObsError } from '@tinyobs/model';
export {
  type Finding,
  type FolderSurveyOptions,
  type Loss,
  type Progress,
  repairStore,
  type VerifyReport,
  verifyStore,
} from '@tinyobs/storage/integrity';
export { type KeyLimits, type ListedKey, type NewKey, newKeySchema } from './access/keyRecord.js';
export { remoteKeys } from './access/remoteKeys.js';
export { SCOPES, type Scope } from './access/routeAccess.js';
export { type KeyAdministration, withStoredKeys } from './access/storedKeys.js';
export { type ConfigKey, configKeys } from './config/keys.js';
export type { ConfigChange, ConfigOrigins } from './config/liveConfig.js';
export { type ConfigFlag, type ConfigSources, type LoadedConfig, loadConfig } from './config/loadConfig.js';
export type { ReadConfig, ReloadReport } from './config/reloader.js';
export type { Config, ConfigInput } from './config/schema.js';
export { configYaml } from './config/writtenConfig.js';
export { createTinyObs } from './createTinyObs.js';
export type { Handler } from './http/handler.js';
export type { WriteAnswer } from './ingest/hostWrites.js';
export type { TinyObs, TinyObsOptions } from './options.js';
export { type RunningServer, startServer } from './startServer.js';
export { VERSION } from './version.js';
