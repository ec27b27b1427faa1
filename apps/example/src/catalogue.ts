export interface Product {
  readonly id: string;
  readonly name: string;
  readonly cents: number;
}

export const CATALOGUE: readonly Product[] = [
  { id: 'teapot', name: 'Stoneware teapot', cents: 3_900 },
  { id: 'cup', name: 'Cup, set of two', cents: 1_800 },
  { id: 'kettle', name: 'Gooseneck kettle', cents: 6_450 },
  { id: 'scale', name: 'Pocket scale', cents: 2_290 },
  { id: 'sencha', name: 'Sencha, 100 g', cents: 1_450 },
  { id: 'assam', name: 'Assam, 250 g', cents: 1_190 },
  { id: 'oolong', name: 'Oolong, 50 g', cents: 2_100 },
  { id: 'matcha', name: 'Matcha, 30 g', cents: 2_750 },
  { id: 'whisk', name: 'Bamboo whisk', cents: 1_650 },
  { id: 'tin', name: 'Tea tin', cents: 950 },
  { id: 'filter', name: 'Paper filters, 100', cents: 420 },
  { id: 'honey', name: 'Lime honey', cents: 780 },
];

const byId = new Map(CATALOGUE.map((product) => [product.id, product]));

export function findProduct(id: unknown): Product | undefined {
  return typeof id === 'string' ? byId.get(id) : undefined;
}

/** Products whose name has the words asked for, in any letter case. */
export function searchProducts(text: string): Product[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return CATALOGUE.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
}
