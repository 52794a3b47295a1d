/** As and bs by chance, the same each time: no two places of it look alike to a pattern that remembers some sixty letters. */
export function lettersWithoutOrder(count: number): string {
  let state = 1;
  const next = (): string => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 31 === 0 ? "a" : "b";
  };
  return Array.from({ length: count }, next).join("");
}
