/**
 * A value for each of many objects that Node gives a prototype. Such an object takes a property more for next to
 * nothing, and a weak map is dear; where a framework has given it another prototype it is the other way round, see
 * `ownPrototype`.
 */
export class Attached<T> {
  readonly #key = Symbol('tinyobs');
  readonly #apart = new WeakMap<object, T>();
  readonly #nodes: object;

  /** @param nodes the prototype that Node gives */
  constructor(nodes: object) {
    this.#nodes = nodes;
  }

  get(object: object): T | undefined {
    return (object as { [key: symbol]: T | undefined })[this.#key] ?? this.#apart.get(object);
  }

  set(object: object, value: T): void {
    if (Object.getPrototypeOf(object) === this.#nodes) (object as { [key: symbol]: T })[this.#key] = value;
    else this.#apart.set(object, value);
  }
}
