/**
 * Whether an SPDX expression can be met with the licences that `isAllowed` accepts: all sides of an
 * AND, one of an OR. A licence WITH an exception is a licence of its own name. Anything that is no
 * expression is met by nothing.
 */
export function isMet(expression: string, isAllowed: (licence: string) => boolean): boolean {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const take = (token: string): boolean => {
    if (tokens[at] !== token) return false;
    at += 1;
    return true;
  };
  const either = (): boolean => {
    let met = both();
    while (take("OR")) met = both() || met;
    return met;
  };
  const both = (): boolean => {
    let met = one();
    while (take("AND")) met = one() && met;
    return met;
  };
  const one = (): boolean => {
    if (take("(")) {
      const met = either();
      return take(")") && met;
    }
    const licence = tokens[at] ?? "";
    at += 1;
    const whole = take("WITH") ? `${licence} WITH ${tokens[at++] ?? ""}` : licence;
    return !["", "AND", "OR", ")"].includes(licence) && isAllowed(whole);
  };
  const met = either();
  return met && at === tokens.length;
}
