/** Where the test runner leaves its report, relative to the root. */
export const REPORT = 'test/artefacts/report.json';
