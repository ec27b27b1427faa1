/** A note of what could not be measured; none when all was. */
export function failureNotes(failures: readonly string[]): string[] {
  if (failures.length === 0) return [];
  return [`Failed, and missing in the medians:\n\n${failures.map((one) => `- ${one}`).join('\n')}`];
}
