/** What is written under a number: up to 6 KB that no other number has. */
export function textOf(number) {
  return `${number}: ${`${number * 7919};`.repeat((number * 31) % 600)}`;
}
