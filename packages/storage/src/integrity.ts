export { type RepairOptions, type RepairReport, repairStore } from './repair/repairStore.js';
export type { Finding, FindingKind, Loss } from './verify/finding.js';
export type { FolderSurveyOptions, Progress } from './verify/surveyFolder.js';
export { type VerifyReport, verifyStore } from './verify/verifyStore.js';
