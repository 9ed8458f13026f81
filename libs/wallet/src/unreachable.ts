/** Ends a `switch` over a union: a case that is not handled does not compile, and one that arrives anyway throws. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
